using FeBeRelay.Channel;
using FeBeRelay.Relay.Configuration;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Audit;

/// <summary>Makes a node's audit log of its configuration.</summary>
internal static class AuditFactory
{
    /// <summary>Opens the log.</summary>
    /// <exception cref="NodeStartException">It cannot be written, and the node is not to run without it.</exception>
    public static AuditWriter Open(AuditSettings settings, string node, NodeIdentity identity, TimeProvider time, ILoggerFactory loggers)
    {
        try
        {
            return new AuditWriter(OptionsOf(settings), node, new NodeCheckpointSigner(() => identity.Certificate), time, loggers.CreateLogger<AuditWriter>());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException(
                $"the audit log {settings.Path} cannot be written: {e.Message}",
                "mend the file or its folder, name another in audit:path (one for each node), or let the node run without it: audit:onFailure continue", e);
        }
    }

    /// <summary>What is written.</summary>
    public static AuditSelection SelectionOf(AuditSettings settings) => new(settings.Success.Select(Category), settings.Failure.Select(Category));

    private static AuditOptions OptionsOf(AuditSettings settings) => new()
    {
        Path = settings.Path!,
        RotateBytes = (long)settings.RotateMegabytes << 20,
        KeepFiles = settings.KeepFiles,
        StopsOnFailure = settings.OnFailure == "stop",
        CheckpointEvents = settings.CheckpointEvents,
        CheckpointInterval = TimeSpan.FromSeconds(settings.CheckpointSeconds),
        Syslog = settings.Syslog,
    };

    private static AuditCategory Category(string name) => Enum.Parse<AuditCategory>(name, ignoreCase: true);
}
