using System.Net;

namespace FeBeRelay.Cli.Lab;

/// <summary>Starts a listener in front of the back end and a relay in front of the listener, with a throw-away CA.</summary>
internal delegate Task<LabTunnel> StartLabTunnel(LabTunnelRequest request, CancellationToken cancellation);

/// <summary>
/// What the lab asks of a tunnel: the back end it leads to, the loopback port of the relay (0 takes any), and a function
/// that takes the listener's address and gives the one the relay has to dial instead, where the wiretap sits.
/// </summary>
internal sealed record LabTunnelRequest(IPEndPoint BackEnd, int RelayPort, Func<IPEndPoint, IPEndPoint> TapLink);

/// <summary>A running tunnel. Disposing it closes both of its nodes.</summary>
internal abstract class LabTunnel : IAsyncDisposable
{
    /// <summary>Where the application connects.</summary>
    public abstract IPEndPoint Relay { get; }

    /// <summary>The association in use; made by the time the tunnel has started.</summary>
    public abstract AssociationSummary Association { get; }

    public abstract ValueTask DisposeAsync();
}

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
