using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Fleet;

/// <summary>Which bundles a node takes: signed by whom it believes, of its fleet, not ended, never older than the newest it had.</summary>
/// <param name="settings">Fleet and signers.</param>
/// <param name="verify">Whom the node believes.</param>
internal sealed class BundleGate(FleetSettings settings, Func<IReadOnlyList<byte[]>, PeerRole, PeerVerdict> verify)
{
    /// <summary>Opens an envelope and reads what is in it.</summary>
    /// <param name="envelope">Bytes from anywhere.</param>
    /// <param name="newest">The newest bundle so far, or null.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="BundleException">It is not taken.</exception>
    public PolicyBundle Admit(byte[] envelope, PolicyBundle? newest, DateTimeOffset now)
    {
        PolicyBundle bundle = Open(envelope);
        if (bundle.NotAfter <= now)
        {
            throw new BundleException($"{bundle} ended at {bundle.NotAfter:u}");
        }
        return newest is null || bundle.Version > newest.Version
            ? bundle
            : throw new BundleException(bundle.Version == newest.Version
                ? $"{bundle} was there before with other content: give each bundle a version of its own"
                : $"{bundle} is older than version {newest.Version}, which this node has had");
    }

    /// <summary>The same without a look at time and version: for the bundle that a node had already.</summary>
    /// <exception cref="BundleException">It is not signed by whom it must be, or cannot be read.</exception>
    public PolicyBundle Open(byte[] envelope)
    {
        BundleReadResult read = BundleReader.Read(SignedBundle.Open(envelope, verify, settings.Signers));
        if (read.Bundle is not { } bundle)
        {
            throw new BundleException($"its content is wrong: {string.Join("; ", read.Errors.Select(e => $"{e.Key} {e.Problem}"))}");
        }
        return bundle.Fleet.Equals(settings.Name, StringComparison.OrdinalIgnoreCase)
            ? bundle
            : throw new BundleException($"it is of the fleet {bundle.Fleet}, this node of {settings.Name}");
    }
}
