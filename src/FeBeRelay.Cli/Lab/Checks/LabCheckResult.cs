namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>How one check went. Bytes are TCP payload as the client counted it.</summary>
internal sealed record LabCheckResult(string Name, bool Ok, long BytesSent, long BytesReceived, TimeSpan Elapsed, string Detail);
