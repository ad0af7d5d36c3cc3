using System.Net.Sockets;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Handshake;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeBeRelay.Relay.Probing;

/// <summary>Walks the way to a peer step by step, timing each, as far as it goes: the same code that carries streams.</summary>
internal sealed class NodeProbe(TimeProvider time)
{
    // A service that refuses does so within a round trip and its back end's timeout; one that says nothing has accepted.
    private static readonly TimeSpan ServiceSilence = TimeSpan.FromSeconds(1);

    /// <summary>Never throws for what the peer or the network does: that is in the report.</summary>
    /// <exception cref="Channel.Identity.IdentityException">This side's certificate is not usable.</exception>
    public async Task<ProbeReport> RunAsync(ProbeRequest request, CancellationToken cancellationToken)
    {
        var steps = new List<ProbeStep>();
        using var associations = new AssociationTable(NullLogger<AssociationTable>.Instance);
        NodeIdentity identity = NodeOptionsFactory.CreateIdentity(request.Local, request.Lifetimes, time);
        var connector = new ChannelConnector(NodeOptionsFactory.ToPeer(request.Name, request.Peer), identity, associations, time);
        using var deadline = new CancellationTokenSource(request.StepTimeout * 4, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        long since = time.GetTimestamp();
        try
        {
            SecureChannel channel = await connector.ConnectAsync(
                Demand.Require,
                (step, took) =>
                {
                    steps.Add(new ProbeStep(KindOf(step), ProbeStepStatus.Succeeded, took, Detail(step, request, associations)));
                    since = time.GetTimestamp();
                },
                either.Token).ConfigureAwait(false);
            await TryServiceAsync(channel, request, steps).ConfigureAwait(false);
        }
        catch (NegotiationException e)
        {
            steps.Add(new ProbeStep(KindOf(e.Step), ProbeStepStatus.Failed, time.GetElapsedTime(since), e.InnerException?.Message ?? e.Message, HintFor(e)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ProbeStepKind kind = (ProbeStepKind)steps.Count;
            steps.Add(new ProbeStep(kind, ProbeStepStatus.Failed, time.GetElapsedTime(since), "no answer in time", ConnectHint));
        }
        for (var kind = (ProbeStepKind)steps.Count; kind <= ProbeStepKind.Service; kind++)
        {
            steps.Add(new ProbeStep(kind, ProbeStepStatus.Skipped, TimeSpan.Zero, "not tried"));
        }
        return new ProbeReport(request, steps, Summarise(associations));
    }

    /// <summary>Opens a stream of the service and ends it at once: an answer but an abort, or silence, means that the back end was reached.</summary>
    private async Task TryServiceAsync(SecureChannel channel, ProbeRequest request, List<ProbeStep> steps)
    {
        if (request.Service is null)
        {
            await channel.CloseAsync().ConfigureAwait(false);
            return;
        }
        long since = time.GetTimestamp();
        using var silence = new CancellationTokenSource(ServiceSilence, time);
        ErrorCode? refused = null;
        try
        {
            await channel.OpenAsync(new StreamOpen(1, Demand.Require, request.Service, null, null)).ConfigureAwait(false);
            ReceivedRecord record = await channel.ReadAsync(silence.Token).ConfigureAwait(false);
            refused = record.Type == Protocol.Wire.RecordType.Abort ? record.Code : null;
        }
        catch (OperationCanceledException)
        {
            // The back end waits for the client to speak.
        }
        catch (Exception e) when (e is ProtocolException or SocketException)
        {
            refused = ErrorCode.Internal;
        }
        await channel.AbortAsync(ErrorCode.Reset).ConfigureAwait(false);
        steps.Add(refused is null
            ? new ProbeStep(ProbeStepKind.Service, ProbeStepStatus.Succeeded, time.GetElapsedTime(since), $"service {request.Service} is open to this node")
            : new ProbeStep(ProbeStepKind.Service, ProbeStepStatus.Failed, time.GetElapsedTime(since), $"service {request.Service}: {refused.Value.Name()}", HintFor(refused)));
    }

    private static ProbeAssociation? Summarise(AssociationTable associations) => associations.All.FirstOrDefault() is { } association
        ? new ProbeAssociation(
            association.Peer.Name, association.Suite.Name, association.Group.Name, association.Answer == Answer.Protected ? "protected" : "optional",
            (int)association.Lifetimes.AssociationSeconds)
        : null;

    private static string Detail(NegotiationStep step, ProbeRequest request, AssociationTable associations)
    {
        Association? association = associations.All.FirstOrDefault();
        return step switch
        {
            NegotiationStep.Resolve => $"{request.Peer.Address}",
            NegotiationStep.Connect => $"{request.Peer.Address} accepts connections",
            NegotiationStep.MainMode => "both sides are authenticated",
            _ => $"channel under association {association?.Id}",
        };
    }

    private static ProbeStepKind KindOf(NegotiationStep step) => step switch
    {
        NegotiationStep.Resolve => ProbeStepKind.Resolve,
        NegotiationStep.Connect => ProbeStepKind.Connect,
        NegotiationStep.MainMode => ProbeStepKind.MainMode,
        _ => ProbeStepKind.QuickMode,
    };

    private static string HintFor(NegotiationException e) => (e.Step, (e.InnerException as ProtocolException)?.Error) switch
    {
        (NegotiationStep.Resolve, _) => "check the name and this server's DNS settings",
        (NegotiationStep.Connect, _) => ConnectHint,
        (_, ProtocolError.NotThisProtocol) => "another program answers there: is it the node port, and not a back end's or a web server's?",
        (_, ProtocolError.AlertedByPeer) => "the peer refuses without saying why to strangers: its log says it (authority, validity and names of this side's certificate)",
        (_, ProtocolError.RefusedByPeer) => HintFor(e.Code),
        (_, ProtocolError.IdentityRefused) => "check the peer's certificate, trustedRoots and the identity that the configuration expects",
        _ => "the peer's log has its side of it",
    };

    private static string HintFor(ErrorCode? code) => code switch
    {
        ErrorCode.NotAuthorised => "name this node's certificate in the peers of a service there",
        ErrorCode.NoService => "the peer has no service of that name",
        ErrorCode.BackEndUnreachable => "the peer cannot reach its back end: is that running?",
        _ => "the peer's log has its side of it",
    };

    private const string ConnectHint = "is the peer's node running, its node port open in every firewall on the way, and the port right?";
}
