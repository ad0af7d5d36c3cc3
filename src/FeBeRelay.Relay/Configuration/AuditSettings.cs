using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>audit</c>.</summary>
public sealed record AuditSettings
{
    /// <summary>An absolute path once loaded. Its folder need not exist.</summary>
    [Description("The security log, relative to the configuration file's folder; its folder is made. Default: audit/ and the configuration file's name, ending in .jsonl. One file a node.")]
    [Example("\"/var/log/feberelay/fe1.jsonl\"")]
    [Form(@"^[^\x00-\x1f]*[^\x00-\x1f/\\]$", "the path of a file")]
    public string? Path { get; init; }

    [Description("Categories whose successes are written: logon (associations and channels), object (use of services, a line or two for each stream), policy, clear, system.")]
    [AllowedValues("logon", "object", "policy", "clear", "system")]
    public IReadOnlyList<string> Success { get; init; } = ["logon", "policy", "clear", "system"];

    [Description("Categories whose failures are written.")]
    [AllowedValues("logon", "object", "policy", "clear", "system")]
    public IReadOnlyList<string> Failure { get; init; } = ["logon", "object", "policy", "clear", "system"];

    /// <summary>Null sends no copies.</summary>
    [Description("Datagram socket of syslog or journald that gets a copy of every line; absent, none is sent.")]
    [Example("\"/dev/log\"")]
    [Form("^/.{0,105}[^/]$", "the absolute path of a Unix socket")]
    public string? Syslog { get; init; }

    /// <summary>Megabytes (1,048,576 bytes), 1 to 10000.</summary>
    [Description("Megabytes at which a file is put away under a numbered name and the next begun.")]
    [Range(1, 10_000)]
    public int RotateMegabytes { get; init; } = 100;

    /// <summary>0 to 10000; 0 keeps all.</summary>
    [Description("Full files that are kept, the oldest go first; 0 keeps all.")]
    [Range(0, 10_000)]
    public int KeepFiles { get; init; } = 30;

    [Description("What happens while the log cannot be written (disk full): stop refuses new channels and streams, continue goes on and counts what was lost. Both are told in the logs.")]
    [AllowedValues("stop", "continue")]
    public string OnFailure { get; init; } = "continue";

    /// <summary>1 to 1000000.</summary>
    [Description("Lines after which a checkpoint is signed with the node's key.")]
    [Range(1, 1_000_000)]
    public int CheckpointEvents { get; init; } = 1_000;

    /// <summary>Seconds, 1 to 86400.</summary>
    [Description("Seconds after a line within which a checkpoint is signed.")]
    [Range(1, 86_400)]
    public int CheckpointSeconds { get; init; } = 300;
}
