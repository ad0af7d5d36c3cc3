using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// A destination of YARP's configuration, <c>febe://SERVICE@NODE[/BASE]</c>: which service at which node. The resolver of names adds which of
/// the node's addresses: <c>febe://SERVICE@NODE?address=10.0.0.5:8443</c>.
/// </summary>
/// <param name="Service">The service asked for.</param>
/// <param name="Node">A name of section nodes.</param>
/// <param name="BasePath">What stands before every target, without a slash at its end; mostly empty.</param>
internal sealed record DestinationAddress(string Service, string Node, string BasePath)
{
    public const string Scheme = "febe";

    private const string AddressKey = "?address=";

    /// <summary>How it is written.</summary>
    public const string Form = "febe://SERVICE@NODE, for example febe://owa@be1";

    /// <summary>The address of the node to dial instead of the configured one; null for that.</summary>
    public IPEndPoint? Address { get; init; }

    /// <summary>The same service at the same node, but at this one of its addresses.</summary>
    public static string At(string text, IPEndPoint address) => $"{text.TrimEnd('/')}{AddressKey}{address}";

    /// <summary>Reads an address.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DestinationAddress? result)
    {
        result = null;
        // Not Uri.Host: it is lower case, and a node's name need not be.
        const string prefix = Scheme + "://";
        if (!text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) || !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
        {
            return false;
        }
        string[] parts = text[prefix.Length..].Split('/', '?')[0].Split('@');
        if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0 || uri.Fragment.Length > 0)
        {
            return false;
        }
        IPEndPoint? at = null;
        if (uri.Query.Length > 0 && !(uri.Query.StartsWith(AddressKey, StringComparison.Ordinal) && IPEndPoint.TryParse(uri.Query[AddressKey.Length..], out at)))
        {
            return false;
        }
        result = new DestinationAddress(parts[0], parts[1], uri.AbsolutePath.TrimEnd('/')) { Address = at };
        return true;
    }
}
