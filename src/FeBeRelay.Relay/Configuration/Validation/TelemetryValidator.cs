namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>telemetry</c>: an address that is one.</summary>
internal static class TelemetryValidator
{
    public static void Validate(TelemetrySettings telemetry, ConfigurationErrors errors)
    {
        // What has not the form of an address has been told.
        if (telemetry.Otlp is { Endpoint: { } endpoint } && endpoint.StartsWith("http", StringComparison.Ordinal) && !Uri.TryCreate(endpoint, UriKind.Absolute, out _))
        {
            errors.Add("telemetry:otlp:endpoint", endpoint, "is not an address", "write the collector's, for example \"http://127.0.0.1:4318\"");
        }
    }
}
