namespace FeBeRelay.Relay.Audit;

/// <summary>How a node's log is kept.</summary>
internal sealed record AuditOptions
{
    /// <summary>The file, an absolute path; its folder is made.</summary>
    public required string Path { get; init; }

    /// <summary>The size that a file is closed at.</summary>
    public long RotateBytes { get; init; } = 100L << 20;

    /// <summary>Full files kept; 0 keeps all.</summary>
    public int KeepFiles { get; init; } = 30;

    /// <summary>Whether the node takes nothing new while the log cannot be written.</summary>
    public bool StopsOnFailure { get; init; }

    /// <summary>Lines between checkpoints, at most.</summary>
    public int CheckpointEvents { get; init; } = 1_000;

    /// <summary>Time between a line and the checkpoint behind it, at most.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The datagram socket of syslog or journald, or null.</summary>
    public string? Syslog { get; init; }
}
