using FeBeRelay.Channel.Telemetry;
using FeBeRelay.Relay.Monitoring;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FeBeRelay.Relay.Telemetry;

/// <summary>Gives a node's metrics to who scrapes them, and metrics and traces to a collector where the configuration names one.</summary>
internal sealed class NodeTelemetry : IDisposable
{
    private readonly NodeMeter _meter;
    private readonly TracerProvider? _traces;
    private readonly ExportWatch? _watch;

    /// <param name="name">The node's name.</param>
    /// <param name="meter">Its figures; owned from here on.</param>
    /// <param name="collector">Where they are sent to, or null.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told when nothing can be sent.</param>
    public NodeTelemetry(string name, NodeMeter meter, OtlpExport? collector, TimeProvider time, ILogger logger)
    {
        _meter = meter;
        ResourceBuilder resource = ResourceBuilder.CreateDefault().AddService("feberelay", serviceVersion: NodeMonitor.ProgramVersion, serviceInstanceId: name);
        MeterProviderBuilder metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(meter.Name)
            .AddPrometheusExporter(scrape => scrape.ScrapeResponseCacheDurationMilliseconds = 0);
        if (collector is not null)
        {
            _watch = new ExportWatch(collector.Endpoint, time, logger);
            metrics.AddOtlpExporter((exporter, reader) => collector.Configure(exporter, reader));
            _traces = collector.Sampler is { } sampler ? CreateTraces(resource, sampler, collector) : null;
        }
        Metrics = metrics.Build();
    }

    /// <summary>What is scraped.</summary>
    public MeterProvider Metrics { get; }

    /// <summary>Sends what is left, for some seconds at most.</summary>
    public void Dispose()
    {
        Metrics.Dispose();
        _traces?.Dispose();
        _watch?.Dispose();
        _meter.Dispose();
    }

    private static TracerProvider CreateTraces(ResourceBuilder resource, Sampler sampler, OtlpExport collector) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(resource)
        .SetSampler(sampler)
        .AddSource(ChannelSpans.SourceName, RelaySpans.SourceName)
        .AddOtlpExporter(collector.Configure)
        .Build();
}
