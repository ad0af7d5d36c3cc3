using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>The authority's key signs the authority's log.</summary>
internal sealed class AuthorityCheckpointSigner(CertificateAuthority authority) : ICheckpointSigner
{
    public CheckpointSignature Sign(ReadOnlySpan<byte> message) => new(CertificateNames.Fingerprint(authority.Certificate), authority.SignCheckpoint(message));
}
