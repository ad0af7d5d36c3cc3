using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.QuickMode;

/// <summary>
/// What quick mode needs of an association: the three children of <c>MS</c> (clause 3.3). <c>MS</c> itself is not kept.
/// Thread-safe; disposing zeroes the secrets.
/// </summary>
public sealed class AssociationKeys : IDisposable
{
    /// <param name="suite">The association's suite.</param>
    /// <param name="group">The association's group.</param>
    /// <param name="id">16 bytes, the responder's choice.</param>
    /// <param name="masterSecret"><c>MS</c>, L bytes; stays the caller's.</param>
    public AssociationKeys(Suite suite, Group group, byte[] id, Secret masterSecret)
    {
        ArgumentNullException.ThrowIfNull(masterSecret);
        Suite = suite;
        Group = group;
        Id = id;
        Binder1 = LabelledHkdf.Expand(suite, masterSecret, "qm1", []);
        Refuse = LabelledHkdf.Expand(suite, masterSecret, "qm refuse", []);
        QuickMode = LabelledHkdf.Expand(suite, masterSecret, "qm", []);
    }

    public Suite Suite { get; }

    public Group Group { get; }

    /// <summary>The association's id, 16 bytes.</summary>
    public byte[] Id { get; }

    /// <summary><c>B1</c>.</summary>
    internal Secret Binder1 { get; }

    /// <summary><c>RF</c>.</summary>
    internal Secret Refuse { get; }

    /// <summary><c>QS</c>.</summary>
    internal Secret QuickMode { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Binder1.Dispose();
        Refuse.Dispose();
        QuickMode.Dispose();
    }
}
