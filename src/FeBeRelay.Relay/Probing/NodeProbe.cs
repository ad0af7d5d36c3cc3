using System.Net;
using System.Net.Sockets;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Probing;

/// <summary>Walks the way to a peer step by step, timing each, as far as it goes.</summary>
internal sealed class NodeProbe(TimeProvider time)
{
    public async Task<ProbeReport> RunAsync(ProbeRequest request, CancellationToken cancellationToken)
    {
        var steps = new List<ProbeStep>();
        IPAddress[] addresses = [];
        await StepAsync(ProbeStepKind.Resolve, async token =>
        {
            addresses = await Dns.GetHostAddressesAsync(request.Peer.Address.Host!, token);
            return string.Join(", ", addresses.Select(address => address.ToString()));
        });
        await StepAsync(ProbeStepKind.Connect, async token => await ConnectAsync(request.Peer, addresses, token));
        foreach (var kind in (ProbeStepKind[])[ProbeStepKind.MainMode, ProbeStepKind.QuickMode, ProbeStepKind.Service])
        {
            steps.Add(new ProbeStep(kind, ProbeStepStatus.Skipped, TimeSpan.Zero, "not tried"));
        }

        return new ProbeReport(request, steps, null);

        async Task StepAsync(ProbeStepKind kind, Func<CancellationToken, Task<string>> action)
            => steps.Add(steps.Exists(step => step.Status == ProbeStepStatus.Failed)
                ? new ProbeStep(kind, ProbeStepStatus.Skipped, TimeSpan.Zero, "not tried")
                : await MeasureAsync(kind, action, request.StepTimeout, cancellationToken));
    }

    private async Task<ProbeStep> MeasureAsync(
        ProbeStepKind kind, Func<CancellationToken, Task<string>> action, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var start = time.GetTimestamp();
        try
        {
            var detail = await action(either.Token);
            return new ProbeStep(kind, ProbeStepStatus.Succeeded, time.GetElapsedTime(start), detail);
        }
        catch (SocketException exception)
        {
            return new ProbeStep(kind, ProbeStepStatus.Failed, time.GetElapsedTime(start), exception.Message, HintFor(kind));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeStep(kind, ProbeStepStatus.Failed, time.GetElapsedTime(start), $"no answer within {timeout.TotalSeconds:0.#} s", HintFor(kind));
        }
    }

    private static async Task<string> ConnectAsync(PeerNodeSettings peer, IPAddress[] addresses, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        if (peer.SourceAddress is { } source)
        {
            socket.Bind(new IPEndPoint(source, 0));
        }

        await socket.ConnectAsync(addresses, peer.Address.Port, cancellationToken);
        return $"{socket.LocalEndPoint} to {socket.RemoteEndPoint}";
    }

    private static string HintFor(ProbeStepKind kind) => kind == ProbeStepKind.Resolve
        ? "check the name and this server's DNS settings"
        : "is the peer's node running, its node port open in every firewall on the way, and the port right?";
}
