using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Fleet;

/// <summary>
/// The newest bundle's envelope on disk: what a node starts with when the source is out of reach, and below which it never goes back. While the newest
/// waits for its time, the one that is in effect is kept beside it.
/// </summary>
/// <param name="path">The file; its folder is made.</param>
internal sealed class BundleCache(string path)
{
    private readonly string _before = path + ".before";

    public string Path => path;

    /// <summary>The newest envelope, or null if there is none yet.</summary>
    /// <exception cref="BundleException">It cannot be read.</exception>
    public byte[]? Read() => Guard(() => File.Exists(path) ? File.ReadAllBytes(path) : null);

    /// <summary>The one that was in effect when the newest came, or null.</summary>
    /// <exception cref="BundleException">It cannot be read.</exception>
    public byte[]? ReadBefore() => Guard(() => File.Exists(_before) ? File.ReadAllBytes(_before) : null);

    /// <summary>Keeps another; whoever reads meanwhile reads the one or the other.</summary>
    /// <param name="envelope">The newest.</param>
    /// <param name="isPresentInEffect">Whether the one kept so far is in effect, not still waiting.</param>
    /// <exception cref="BundleException">It cannot be written.</exception>
    public void Write(byte[] envelope, bool isPresentInEffect) => Guard<object?>(() =>
    {
        if (isPresentInEffect)
        {
            File.Copy(path, _before, overwrite: true);
        }
        CertificateFiles.Replace(path, envelope, isSecret: false);
        return null;
    });

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CertificateException)
        {
            throw new BundleException(e.Message.TrimEnd('.'), e);
        }
    }
}
