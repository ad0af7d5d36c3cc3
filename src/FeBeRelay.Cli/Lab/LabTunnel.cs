using System.Net;

namespace FeBeRelay.Cli.Lab;

/// <summary>Starts a listener in front of the back end and a relay in front of the listener, with a throw-away CA.</summary>
internal delegate Task<LabTunnel> StartLabTunnel(LabTunnelRequest request, CancellationToken cancellation);

/// <summary>
/// What the lab asks of a tunnel: the back ends it leads to (the stream endpoint to the first, the http endpoint to all), the loopback port of the
/// stream endpoint (0 takes any), and a function that takes the listener's address and gives the one the relay has to dial instead, where the wiretap sits.
/// </summary>
internal sealed record LabTunnelRequest(IReadOnlyList<IPEndPoint> BackEnds, int RelayPort, Func<IPEndPoint, IPEndPoint> TapLink)
{
    /// <summary>Whether there is to be a web console.</summary>
    public bool HasConsole { get; init; }
}

/// <summary>A running tunnel. Disposing it closes both of its nodes.</summary>
internal abstract class LabTunnel : IAsyncDisposable
{
    /// <summary>Where the application connects: the stream endpoint.</summary>
    public abstract IPEndPoint Relay { get; }

    /// <summary>The http endpoint, which chooses among the back ends; null where the tunnel has none.</summary>
    public virtual IPEndPoint? Http => null;

    /// <summary>The relay's web console, if it was asked for.</summary>
    public virtual LabConsoleAddress? Console => null;

    /// <summary>The association in use; made by the time the tunnel has started.</summary>
    public abstract AssociationSummary Association { get; }

    public abstract ValueTask DisposeAsync();
}

/// <summary>Where the web console is, and what to sign in with.</summary>
internal sealed record LabConsoleAddress(Uri Address, string Token);

/// <summary>What a person wants to know of an association.</summary>
internal sealed record AssociationSummary(
    string Id,
    string Initiator,
    string Responder,
    string Suite,
    string Group,
    TimeSpan AssociationLifetime,
    TimeSpan KeyLifetime,
    long KeyKilobytes,
    IReadOnlyList<string> Spis);
