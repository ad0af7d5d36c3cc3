using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Probing;

/// <summary>Whom to probe, as whom.</summary>
/// <param name="Name">What the administrator calls the peer: its key in <c>nodes</c>, or its address.</param>
/// <param name="Peer">Its address and the identity it must prove.</param>
/// <param name="Local">The identity to show it, the roots it is held against, suites and groups to offer.</param>
/// <param name="Lifetimes">The lifetimes to offer.</param>
/// <param name="Service">The service to ask for after quick mode, or null for none.</param>
/// <param name="StepTimeout">How long each step may take.</param>
internal sealed record ProbeRequest(
    string Name, PeerNodeSettings Peer, LocalNodeSettings Local, LifetimeSettings Lifetimes, string? Service, TimeSpan StepTimeout);

/// <summary>Probes a peer: never throws for what the peer or the network does, that is in the report.</summary>
internal delegate Task<ProbeReport> RunProbe(ProbeRequest request, CancellationToken cancellationToken);
