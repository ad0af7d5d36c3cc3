using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;

namespace FeBeRelay.Testing.Handshake;

/// <summary>An initiator on a socket that shows whatever certificate it is given: the product's own loader refuses the bad ones.</summary>
public static class SocketInitiator
{
    /// <param name="socket">Connected; stays the caller's.</param>
    /// <param name="leaf">With an ECDSA key on P-256.</param>
    /// <param name="demand">What its policy asks.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What the responder's policy answered.</returns>
    /// <exception cref="Protocol.ProtocolException">The responder refused.</exception>
    public static async Task<Answer> RunMainModeAsync(Socket socket, X509Certificate2 leaf, Demand demand, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        using ECDsa key = leaf.GetECDsaPrivateKey() ?? throw new ArgumentException("no ECDSA key", nameof(leaf));
        var identity = new LocalIdentity(
            [leaf.RawData],
            SignatureScheme.EcdsaP256Sha256,
            data => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        var settings = new MainModeSettings([Suite.Aes256Gcm], [Group.P256], Lifetimes.Default, identity, NodeEntropy.Instance);
        TimeProvider time = TimeProvider.System;
        // Not disposed of: the socket is its caller's.
        var stream = StreamSocket.Of(socket);
        using var negotiation = InitiatorNegotiation.WithMainMode(settings, demand, forwardSecrecy: true, time.GetElapsedTime(0));
        while (negotiation.Status != NegotiationStatus.NeedsQuickMode)
        {
            await NegotiationTransport.AdvanceAsync(negotiation, stream, time, cancellation);
            if (negotiation.Status == NegotiationStatus.NeedsVerdict)
                negotiation.Proceed(VerifiedPeer.Of("any", negotiation.PeerChain));
        }
        return negotiation.MainMode!.Answer;
    }
}
