namespace FeBeRelay.Relay.Audit;

/// <summary>One place where a log is not as it was written.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line in the file, from 1.</param>
/// <param name="What">What is wrong.</param>
internal sealed record AuditProblem(string File, long Line, string What);

/// <summary>What verifying a log came to.</summary>
internal sealed record AuditVerification
{
    /// <summary>No problem was found.</summary>
    public bool IsIntact => Problems.Count == 0;

    public required IReadOnlyList<string> Files { get; init; }

    public required long Lines { get; init; }

    /// <summary>Numbers of the first and the last line, 0 where there is none.</summary>
    public required long First { get; init; }

    public required long Last { get; init; }

    /// <summary>The last line's hash: to be kept elsewhere.</summary>
    public required string Head { get; init; }

    public required long Checkpoints { get; init; }

    /// <summary>The number of the last checkpoint: what is behind it is chained, not signed. 0 where there is none.</summary>
    public required long SignedUpTo { get; init; }

    /// <summary>Whether signatures were checked against a certificate.</summary>
    public required bool SignaturesChecked { get; init; }

    /// <summary>The first hundred.</summary>
    public required IReadOnlyList<AuditProblem> Problems { get; init; }
}
