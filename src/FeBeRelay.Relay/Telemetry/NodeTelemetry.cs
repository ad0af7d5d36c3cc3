using FeBeRelay.Relay.Monitoring;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace FeBeRelay.Relay.Telemetry;

/// <summary>Gives a node's metrics to who scrapes them.</summary>
internal sealed class NodeTelemetry : IDisposable
{
    private readonly NodeMeter _meter;

    /// <param name="name">The node's name.</param>
    /// <param name="meter">Its figures; owned from here on.</param>
    public NodeTelemetry(string name, NodeMeter meter)
    {
        _meter = meter;
        Metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("feberelay", serviceVersion: NodeMonitor.ProgramVersion, serviceInstanceId: name))
            .AddMeter(meter.Name)
            .AddPrometheusExporter(scrape => scrape.ScrapeResponseCacheDurationMilliseconds = 0)
            .Build();
    }

    /// <summary>What is scraped.</summary>
    public MeterProvider Metrics { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Metrics.Dispose();
        _meter.Dispose();
    }
}
