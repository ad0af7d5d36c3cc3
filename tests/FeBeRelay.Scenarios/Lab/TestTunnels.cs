using System.Net;
using FeBeRelay.Cli.Lab;
using FeBeRelay.Cli.Lab.Wiretapping;

namespace FeBeRelay.Scenarios.Lab;

/// <summary>Stand-ins for the encrypted tunnel: one that hides the bytes, one that only pretends to.</summary>
internal static class TestTunnels
{
    public static readonly AssociationSummary Association = new(
        "a1b2c3d4", "fe.lab.test", "be.lab.test", "aes256-gcm", "p256", TimeSpan.FromHours(8), TimeSpan.FromMinutes(15), 100_000, ["00000001", "00000002"]);

    public static Task<LabTunnel> StartHidingAsync(LabTunnelRequest request, CancellationToken cancellation)
    {
        var listener = new ScramblingProxy(request.BackEnds[0]);
        var relay = new ScramblingProxy(request.TapLink(listener.Address), request.RelayPort);
        return Task.FromResult<LabTunnel>(new Tunnel(relay.Address, relay, listener));
    }

    public static Task<LabTunnel> StartClearAsync(LabTunnelRequest request, CancellationToken cancellation)
    {
        Wiretap relay = Wiretap.Start(request.TapLink(request.BackEnds[0]));
        return Task.FromResult<LabTunnel>(new Tunnel(relay.Address, relay));
    }

    private sealed class Tunnel(IPEndPoint relay, params IAsyncDisposable[] parts) : LabTunnel
    {
        public override IPEndPoint Relay => relay;

        public override AssociationSummary Association => TestTunnels.Association;

        public override async ValueTask DisposeAsync()
        {
            foreach (IAsyncDisposable part in parts)
            {
                await part.DisposeAsync();
            }
        }
    }
}
