using System.Security.Cryptography;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Relay.Credentials;

/// <summary>The files of a node's certificate, keys, roots and revocation lists: reads them, and tells whether they are others than before.</summary>
/// <param name="node">Which files.</param>
/// <param name="roles">What the certificate must be fit for.</param>
/// <param name="time">The clock of its validity.</param>
internal sealed class CredentialFiles(LocalNodeSettings node, IReadOnlyCollection<PeerRole> roles, TimeProvider time)
{
    /// <summary>Responders that are asked.</summary>
    public IReadOnlyList<Uri> Responders { get; } = [.. node.Revocation.Responders.Select(r => new Uri(r))];

    /// <summary>Revocation lists that are fetched.</summary>
    public IReadOnlyList<Uri> Addresses { get; } = [.. node.Revocation.Lists.Where(IsAddress).Select(l => new Uri(l))];

    private IEnumerable<string> ListFiles => node.Revocation.Lists.Where(l => !IsAddress(l));

    /// <exception cref="IdentityException">A file is not usable; the message names it and the fix.</exception>
    public NodeCertificate LoadCertificate() => NodeOptionsFactory.LoadCertificate(node.Certificate, roles, time);

    /// <exception cref="IdentityException">A file is not usable.</exception>
    public TrustedRoots LoadRoots() => TrustedRoots.Load(node.TrustedRoots);

    /// <exception cref="IdentityException">A file is not usable.</exception>
    public IReadOnlyList<PreSharedKey> LoadKeys() => [.. node.PreSharedKeys.Select(key => PreSharedKeyFile.Load(key.Key, key.Value.Path))];

    /// <param name="fetched">Lists that came from addresses.</param>
    /// <param name="answers">What responders have said; null where none is asked.</param>
    /// <exception cref="IdentityException">A file is not usable.</exception>
    public RevocationLists LoadLists(IEnumerable<RevocationList> fetched, OcspAnswers? answers) =>
        node.Revocation.Lists.Count == 0 && answers is null
            ? RevocationLists.None
            : new RevocationLists([.. ListFiles.Select(RevocationList.Load), .. fetched], node.Revocation.WhenUnknown == "refuse", answers);

    /// <summary>A hash of all that makes the certificate.</summary>
    public string CertificateStamp() =>
        NodeOptionsFactory.StoreOf(node.Certificate)?.Stamp(time) ?? Stamp(new[] { node.Certificate.Path, node.Certificate.KeyPath, node.Certificate.PasswordFile }.OfType<string>());

    /// <summary>A hash of all that says whom to believe.</summary>
    public string TrustStamp() => Stamp([.. node.TrustedRoots, .. ListFiles, .. node.PreSharedKeys.Values.Select(key => key.Path)]);

    /// <summary>A file that cannot be read just now has a stamp too: reading it says why.</summary>
    private static string Stamp(IEnumerable<string> paths)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string path in paths)
        {
            try
            {
                byte[] content = File.ReadAllBytes(path);
                hash.AppendData(SHA256.HashData(content));
                CryptographicOperations.ZeroMemory(content);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                hash.AppendData([0]);
            }
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static bool IsAddress(string list) => list.StartsWith("http://", StringComparison.Ordinal) || list.StartsWith("https://", StringComparison.Ordinal);
}
