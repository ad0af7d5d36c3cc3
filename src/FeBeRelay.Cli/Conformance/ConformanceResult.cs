namespace FeBeRelay.Cli.Conformance;

/// <summary>How a case ended.</summary>
internal enum ConformanceStatus
{
    Passed,
    Failed,

    /// <summary>Not run: it needs something that was not given.</summary>
    NotTested,
}

/// <summary>What a case found out.</summary>
/// <param name="Id">Row and letter.</param>
/// <param name="Detail">Why it failed or was not run, or what was measured.</param>
internal sealed record ConformanceResult(string Id, int Row, string Name, ConformanceStatus Status, string Detail, double Milliseconds);
