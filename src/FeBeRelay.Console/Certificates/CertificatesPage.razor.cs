using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using Microsoft.AspNetCore.Components;

namespace FeBeRelay.WebConsole.Certificates;

/// <summary>Who the node is, whom it believes, and how long each of it lasts.</summary>
public sealed partial class CertificatesPage : ComponentBase
{
    private const int MaxPeers = 200;

    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private ITimer? _timer;

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    /// <inheritdoc/>
    protected override void OnInitialized() => _timer = Node.Time.CreateTimer(_ => _ = InvokeAsync(StateHasChanged), null, Look, Look);

    private List<CertificateDescription> Own() => [.. Node.Identity.Certificate.Chain.Select(Describe)];

    private List<CertificateDescription> Roots() => [.. Node.Identity.Roots.Select(root => CertificateDescription.Of(root, Node.Time.GetUtcNow()))];

    private CertificateDescription Describe(byte[] der)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(der);
        return CertificateDescription.Of(certificate, Node.Time.GetUtcNow());
    }

    /// <summary>Those that have proved who they are, by certificate; what ends first stands first.</summary>
    private List<SeenPeer> Peers() =>
    [
        .. Node.Associations.All.GroupBy(one => one.Peer.Fingerprint)
            .Select(group => new SeenPeer(group.First().Peer, group.Count(), group.Max(one => one.LastUsed)))
            .OrderBy(peer => peer.Identity.NotAfter),
    ];

    private sealed record SeenPeer(PeerIdentity Identity, int Associations, DateTimeOffset LastUsed);
}
