using System.Diagnostics;
using System.Net;
using FeBeRelay.Channel.Telemetry;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Telemetry;
using FeBeRelay.Relay.Tests.Management;
using FeBeRelay.Relay.Tests.Nodes;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using Xunit;

namespace FeBeRelay.Relay.Tests.Telemetry;

/// <summary>Spans are there for who listens, and else not at all; where they are sent to is what the configuration says.</summary>
public sealed class SpansTests
{
    [Fact]
    public async Task Without_a_listener_there_is_no_span_and_with_one_negotiations_are_below_who_waits_for_them()
    {
        Assert.False(RelaySpans.AreWanted);
        Assert.Null(RelaySpans.BeginStream("owa", "owa", new IPEndPoint(IPAddress.Loopback, 1)));
        List<Activity> ended = [];
        Activity[] Ended()
        {
            lock (ended)
            {
                return [.. ended];
            }
        }
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is RelaySpans.SourceName or ChannelSpans.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (ended)
                {
                    ended.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        // Its first connection makes association and channel.
        await using ManagedNodes nodes = await ManagedNodes.StartAsync();

        // Other tests' nodes may be running beside, with spans of their own.
        await Eventually.TrueAsync(() => Ended().Any(stream => stream.GetTagItem("feberelay.endpoint") is not null
            && Ended().Where(span => span.ParentSpanId == stream.SpanId && span.Kind == ActivityKind.Client).Select(span => span.OperationName).Order(StringComparer.Ordinal)
                .SequenceEqual(["main mode", "quick mode"])));
        Assert.Contains(Ended(), span => span is { OperationName: "main mode", Kind: ActivityKind.Server });
    }

    [Theory]
    [InlineData("http://collector:4318", "http/protobuf", "http://collector:4318/v1/traces")]
    [InlineData("https://collector/otlp/", "http/protobuf", "https://collector/otlp/v1/traces")]
    [InlineData("http://collector:4317", "grpc", "http://collector:4317/")]
    public void It_is_sent_where_the_configuration_says(string endpoint, string protocol, string expected)
    {
        var export = new OtlpExport(new OtlpSettings { Endpoint = endpoint, Protocol = protocol, MetricSeconds = 7, TracePercent = 0 });
        var exporter = new OtlpExporterOptions();
        export.Configure(exporter);
        var reader = new MetricReaderOptions();
        export.Configure(new OtlpExporterOptions(), reader);

        Assert.Equal((expected, protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf), (exporter.Endpoint.AbsoluteUri, exporter.Protocol));
        Assert.Equal(7_000, reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds);
        Assert.Null(export.Sampler);
    }
}
