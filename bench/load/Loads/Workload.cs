namespace FeBeRelay.Load.Loads;

/// <summary>How connections between the two halves of a relay are secured anew.</summary>
internal enum Reconnecting
{
    /// <summary>As the relay is configured by default: pools where it has them.</summary>
    Default,

    /// <summary>A new connection for each one of an application, with TLS resumption or quick mode.</summary>
    Resumed,

    /// <summary>A new connection for each one of an application, with a full handshake or main mode and quick mode.</summary>
    Full,
}

/// <summary>What an application asks for, and how often.</summary>
/// <param name="Name">Its name on the command line and in results.</param>
/// <param name="Title">What it is.</param>
/// <param name="Path">What is requested.</param>
/// <param name="Connections">Connections at once.</param>
internal sealed record Workload(string Name, string Title, string Path, int Connections)
{
    public static readonly IReadOnlyList<Workload> All =
    [
        new("1k", "1 KiB downloads, 32 connections", "/1k", 32),
        new("64k", "64 KiB downloads, 32 connections", "/64k", 32),
        new("10m", "10 MiB downloads, 8 connections", "/10m", 8),
        new("upload", "1 MiB uploads, 8 connections", "/upload", 8) { UploadBytes = 1 << 20 },
        new("new", "1 KiB downloads, a new connection for each, 32 at once", "/1k", 32) { ClosesConnections = true },
        new("512", "1 KiB downloads, 512 connections", "/1k", 512),
        new("slow", "1 KiB downloads, 32 connections, beside 8 slow readers of 10 MiB", "/1k", 32) { SlowReaders = 8 },
        new("resumed", "1 KiB, a new connection between the halves for each, resumed (TLS) or by quick mode", "/1k", 8) { ClosesConnections = true, Reconnecting = Reconnecting.Resumed },
        new("full", "1 KiB, a new connection between the halves for each, by a full handshake (TLS) or main mode", "/1k", 8) { ClosesConnections = true, Reconnecting = Reconnecting.Full },
        new("idle", "Idle connections, each after one request of 1 KiB", "/1k", 0) { IsIdle = true },
    ];

    /// <summary>Bytes that each request sends.</summary>
    public int UploadBytes { get; init; }

    /// <summary>Whether each request has a connection of its own.</summary>
    public bool ClosesConnections { get; init; }

    public Reconnecting Reconnecting { get; init; }

    /// <summary>Connections beside the measured ones that read so slowly that they fill every buffer.</summary>
    public int SlowReaders { get; init; }

    /// <summary>Memory is measured, not speed.</summary>
    public bool IsIdle { get; init; }
}
