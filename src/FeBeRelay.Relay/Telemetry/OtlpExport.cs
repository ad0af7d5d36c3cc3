using FeBeRelay.Relay.Configuration;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FeBeRelay.Relay.Telemetry;

/// <summary>Where and how metrics and traces are sent to a collector.</summary>
/// <param name="settings">What the configuration says.</param>
internal sealed class OtlpExport(OtlpSettings settings)
{
    // At the node's end too: a collector that does not answer keeps it no longer.
    private const int TimeoutMilliseconds = 3_000;

    /// <summary>The collector's address.</summary>
    public string Endpoint => settings.Endpoint;

    /// <summary>Which traces are sent: the same share of those that clients began, so that nobody outside decides how many there are. Null for none.</summary>
    public Sampler? Sampler
    {
        get
        {
            var share = new TraceIdRatioBasedSampler(settings.TracePercent / 100.0);
            return settings.TracePercent == 0 ? null : new ParentBasedSampler(share, remoteParentSampled: share);
        }
    }

    /// <summary>Sets up the sending of traces.</summary>
    public void Configure(OtlpExporterOptions exporter) => Configure(exporter, "v1/traces");

    /// <summary>Sets up the sending of metrics.</summary>
    public void Configure(OtlpExporterOptions exporter, MetricReaderOptions reader)
    {
        Configure(exporter, "v1/metrics");
        reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = settings.MetricSeconds * 1_000;
        reader.PeriodicExportingMetricReaderOptions.ExportTimeoutMilliseconds = TimeoutMilliseconds;
    }

    private void Configure(OtlpExporterOptions exporter, string signal)
    {
        bool isGrpc = settings.Protocol == "grpc";
        exporter.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = new Uri(isGrpc ? settings.Endpoint : $"{settings.Endpoint.TrimEnd('/')}/{signal}");
        exporter.TimeoutMilliseconds = TimeoutMilliseconds;
    }
}
