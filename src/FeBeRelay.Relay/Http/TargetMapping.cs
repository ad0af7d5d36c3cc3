using System.Text;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// Does to a raw target what a transform did to the decoded path. A path that was decoded and encoded again is another one (<c>%2F</c>, <c>%252F</c>, dots),
/// so prefixes are put on and taken off the bytes that the client sent, and only a path that was changed otherwise is written anew.
/// </summary>
internal static class TargetMapping
{
    /// <param name="rawTarget">As the client sent it, with its query.</param>
    /// <param name="path">The decoded path of the request.</param>
    /// <param name="changed">What the transforms made of it, decoded.</param>
    /// <param name="rewritten">What they made of it, encoded.</param>
    public static string Map(string rawTarget, string path, string changed, string rewritten)
    {
        (string rawPath, string query) = Split(rawTarget);
        if (changed == path)
        {
            return rawPath + query;
        }
        if (changed.EndsWith(path, StringComparison.Ordinal))
        {
            return Encode(changed[..^path.Length]) + rawPath + query;
        }
        if (path.EndsWith(changed, StringComparison.Ordinal) && WithoutPrefix(rawPath, path[..^changed.Length]) is { } shorter)
        {
            return shorter + query;
        }
        return rewritten + query;
    }

    /// <summary>Path and query, the latter with its question mark.</summary>
    public static (string Path, string Query) Split(string target)
    {
        int query = target.IndexOf('?');
        return query < 0 ? (target, "") : (target[..query], target[query..]);
    }

    /// <summary>Takes as many raw characters from the front as decode to the prefix; null if they do not.</summary>
    private static string? WithoutPrefix(string rawPath, string prefix)
    {
        int at = 0;
        foreach (byte expected in Encoding.UTF8.GetBytes(prefix))
        {
            if (at >= rawPath.Length)
            {
                return null;
            }
            byte actual = (byte)rawPath[at];
            int width = 1;
            if (rawPath[at] == '%' && at + 2 < rawPath.Length && byte.TryParse(rawPath.AsSpan(at + 1, 2), System.Globalization.NumberStyles.HexNumber, null, out byte decoded))
            {
                (actual, width) = (decoded, 3);
            }
            if (char.ToLowerInvariant((char)actual) != char.ToLowerInvariant((char)expected))
            {
                return null;
            }
            at += width;
        }
        string rest = rawPath[at..];
        return rest.Length == 0 ? "/" : rest[0] == '/' ? rest : null;
    }

    private static string Encode(string path) => new Microsoft.AspNetCore.Http.PathString(path.StartsWith('/') ? path : "/" + path).ToUriComponent();
}
