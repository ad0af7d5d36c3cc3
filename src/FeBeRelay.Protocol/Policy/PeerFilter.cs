using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Protocol.Policy;

/// <summary>By what a peer is meant. The later one is the more specific.</summary>
public enum PeerFilterKind
{
    /// <summary>Everyone.</summary>
    Any,

    /// <summary>An address, or a network of them.</summary>
    Network,

    /// <summary>The name by which the peer is dialled.</summary>
    Host,

    /// <summary>An organizational unit of the peer's certificate.</summary>
    Unit,

    /// <summary>A DNS name of the peer's certificate.</summary>
    Identity,
}

/// <summary>The peers that a filter means.</summary>
public sealed record PeerFilter
{
    private const string HostPrefix = "host:";
    private const string UnitPrefix = "ou=";
    private const int MappedPrefix = 96;

    private readonly IPNetwork _network;

    private PeerFilter(PeerFilterKind kind, string text, IPNetwork network = default)
    {
        Kind = kind;
        Text = text;
        _network = network;
    }

    /// <summary>Everyone.</summary>
    public static PeerFilter Any { get; } = new(PeerFilterKind.Any, "any");

    /// <summary>By what the peer is meant.</summary>
    public PeerFilterKind Kind { get; }

    /// <summary>As an administrator writes it, in lower case.</summary>
    public string Text { get; }

    /// <summary>Length of a network's prefix as if all were IPv6, 0 to 128; 0 for anything else.</summary>
    public int PrefixLength => Kind != PeerFilterKind.Network ? 0
        : _network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? _network.PrefixLength + MappedPrefix : _network.PrefixLength;

    /// <summary>Reads <c>any</c>, an address, <c>network/prefix</c>, <c>host:NAME</c>, <c>ou=Unit</c> or the DNS name of a certificate.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PeerFilter? filter)
    {
        string plain = text.Trim().ToLowerInvariant();
        filter = plain switch
        {
            "any" => Any,
            _ when plain.StartsWith(HostPrefix, StringComparison.Ordinal) => Named(PeerFilterKind.Host, plain, plain[HostPrefix.Length..]),
            _ when plain.StartsWith(UnitPrefix, StringComparison.Ordinal) => Named(PeerFilterKind.Unit, plain, plain[UnitPrefix.Length..]),
            _ when plain.Contains('/') || plain.Contains(':') || plain.All(c => char.IsAsciiDigit(c) || c == '.') => Network(plain),
            _ => Named(PeerFilterKind.Identity, plain, plain),
        };
        return filter is not null;
    }

    /// <summary>The peers with one of these addresses.</summary>
    public static PeerFilter Address(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        IPAddress plain = Unmapped(address);
        return new PeerFilter(PeerFilterKind.Network, plain.ToString(), new IPNetwork(plain, plain.GetAddressBytes().Length * 8));
    }

    /// <summary>Whether that traffic is with one of these peers.</summary>
    public bool Matches(Traffic traffic) => Kind switch
    {
        PeerFilterKind.Any => true,
        PeerFilterKind.Network => traffic.PeerAddress is { } address && _network.Contains(address),
        PeerFilterKind.Host => string.Equals(traffic.PeerHost, Text[HostPrefix.Length..], StringComparison.OrdinalIgnoreCase),
        _ => traffic.PeerIdentities.Contains(Text, StringComparer.OrdinalIgnoreCase),
    };

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static PeerFilter? Named(PeerFilterKind kind, string text, string name) =>
        name.Length > 0 && !name.Contains('*') && (kind == PeerFilterKind.Unit || !name.Any(char.IsWhiteSpace)) ? new PeerFilter(kind, text) : null;

    private static PeerFilter? Network(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0], out IPAddress? address) || !IsWrittenOut(parts[0]))
        {
            return null;
        }
        if (parts.Length == 1)
        {
            return Address(address);
        }
        if (!byte.TryParse(parts[1], out byte prefix))
        {
            return null;
        }

        // A mapped network is the IPv4 one; one that is wider than all of IPv4 is written in IPv6's own terms.
        bool mapped = address.IsIPv4MappedToIPv6 && prefix >= MappedPrefix;
        string network = mapped ? $"{address.MapToIPv4()}/{prefix - MappedPrefix}" : $"{address}/{prefix}";
        return IPNetwork.TryParse(network, out IPNetwork parsed) ? new PeerFilter(PeerFilterKind.Network, parsed.ToString(), parsed) : null;
    }

    // The platform also takes 10.1 for 10.0.0.1, which here is a slip of the pen.
    private static bool IsWrittenOut(string address) => address.Contains(':') || address.Count(c => c == '.') == 3;

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
