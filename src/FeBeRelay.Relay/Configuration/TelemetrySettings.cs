using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>telemetry</c>.</summary>
public sealed record TelemetrySettings
{
    [Description("Where metrics and traces are sent to by OTLP, the protocol of OpenTelemetry. Absent: nowhere.")]
    public OtlpSettings? Otlp { get; init; }
}

/// <summary>Section <c>telemetry:otlp</c>.</summary>
public sealed record OtlpSettings
{
    [Description("The collector's address; with http/protobuf /v1/metrics and /v1/traces are put behind it.")]
    [Example("\"http://127.0.0.1:4318\"")]
    [Form("^https?://[^\\s?#]+$", "an http or https address")]
    public required string Endpoint { get; init; }

    [Description("How it is sent.")]
    [AllowedValues("http/protobuf", "grpc")]
    public string Protocol { get; init; } = "http/protobuf";

    /// <summary>Seconds, 1 to 3600.</summary>
    [Description("Seconds between two sendings of the metrics.")]
    [Range(1, 3_600)]
    public int MetricSeconds { get; init; } = 60;

    /// <summary>Per cent, 0 to 100.</summary>
    [Description("Of a hundred traces, how many are sent; what a client has begun and does not record is not.")]
    [Range(0, 100)]
    public int TracePercent { get; init; } = 100;
}
