using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Channel.Hosting;

/// <summary>Who this process is towards nodes, and whom it believes. Read once, when the first address is opened or the client is made.</summary>
public abstract class ChannelIdentityOptions
{
    /// <summary>The files of its certificate and key; required. Only their owner may be able to read a key.</summary>
    public NodeCertificateFiles? Certificate { get; set; }

    /// <summary>PEM files with the authorities whose certificates it accepts; at least one.</summary>
    public IList<string> TrustedRoots { get; } = [];

    internal NodeIdentity CreateIdentity(PeerRole role, TimeProvider time)
    {
        NodeCertificateFiles files = Certificate ?? throw new InvalidOperationException("no certificate: set Certificate to the files of certificate and key (feberelay certs issue)");
        return new NodeIdentity(
            NodeCertificate.Load(files, [role], time), TrustedRoots.Count > 0 ? Identity.TrustedRoots.Load(TrustedRoots) : throw NoRoots(), [Suite.Aes256Gcm, Suite.Aes128Gcm], [Group.P256], Lifetimes.Default, time);
    }

    private static InvalidOperationException NoRoots() => new("no trusted roots: name the PEM file of the site's authority in TrustedRoots");
}
