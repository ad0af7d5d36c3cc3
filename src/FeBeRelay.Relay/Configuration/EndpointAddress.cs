using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Where something listens or is reached: <c>host:port</c>, <c>[v6]:port</c> or <c>unix:/path</c>.</summary>
public readonly record struct EndpointAddress
{
    /// <summary>The three forms, for messages that refuse anything else.</summary>
    public const string Forms = "\"host:port\", \"[v6 address]:port\" or \"unix:/path\"";

    private const string UnixPrefix = "unix:";

    // sun_path holds 108 bytes on Linux with its terminating zero; other systems have a little less and say so at bind time.
    private const int MaximumUnixPathBytes = 107;

    private EndpointAddress(string? host, int port, string? unixPath)
    {
        Host = host;
        Port = port;
        UnixPath = unixPath;
    }

    /// <summary>IP address or host name, without brackets; null for a Unix socket.</summary>
    public string? Host { get; }

    /// <summary>TCP port, 0 to 65535; 0 (any free port) makes sense only for listening. 0 for a Unix socket.</summary>
    public int Port { get; }

    /// <summary>Absolute path of a Unix socket; null for TCP.</summary>
    public string? UnixPath { get; }

    [MemberNotNullWhen(true, nameof(UnixPath))]
    [MemberNotNullWhen(false, nameof(Host))]
    public bool IsUnix => UnixPath is not null;

    /// <summary>The numeric address, or null when <see cref="Host"/> is a name or this is a Unix socket.</summary>
    public IPAddress? Address => Host is not null && TryParseNumeric(Host, out var address) ? address : null;

    public static EndpointAddress Parse(string text)
        => TryParse(text, out var result) ? result : throw new FormatException($"'{text}' is not an address; write {Forms}");

    public static bool TryParse(string text, out EndpointAddress result)
        => text.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase)
            ? TryParseUnix(text[UnixPrefix.Length..], out result)
            : TryParseTcp(text, out result);

    /// <summary>An IP address written out in full: the platform also takes <c>10.1</c> and <c>0x7f.1</c>, which here are slips of the pen.</summary>
    public static bool TryParseNumeric(string text, [NotNullWhen(true)] out IPAddress? address)
        => IPAddress.TryParse(text, out address) && (text.Contains(':') || (IsDottedDigits(text) && text.Count(c => c == '.') == 3));

    /// <summary>What a socket connects or binds to.</summary>
    public EndPoint ToEndPoint()
        => IsUnix ? new UnixDomainSocketEndPoint(UnixPath)
            : Address is { } address ? new IPEndPoint(address, Port)
            : new DnsEndPoint(Host, Port);

    /// <summary>True if the two cannot be listened on at once: same socket, or same port with one covering the other's address.</summary>
    public bool Overlaps(EndpointAddress other)
    {
        if (IsUnix || other.IsUnix)
        {
            return IsUnix && UnixPath == other.UnixPath;
        }

        return Port == other.Port && Port != 0 && AddressesOverlap(Address, other.Address);
    }

    public override string ToString()
        => IsUnix ? UnixPrefix + UnixPath
            : Host is null ? ""
            : Host.Contains(':') ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static bool TryParseUnix(string path, out EndpointAddress result)
    {
        var valid = path.Length > 1 && path[0] == '/' && path[^1] != '/' && !path.Contains('\0')
            && Encoding.UTF8.GetByteCount(path) <= MaximumUnixPathBytes;
        result = valid ? new EndpointAddress(null, 0, path) : default;
        return valid;
    }

    private static bool TryParseTcp(string text, out EndpointAddress result)
    {
        result = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        var host = text[..colon];
        var bracketed = host[0] == '[' && host[^1] == ']';
        if (bracketed)
        {
            host = host[1..^1];
        }

        if (bracketed != host.Contains(':') || !IsHost(host))
        {
            return false;
        }

        result = new EndpointAddress(host, port, null);
        return true;
    }

    private static bool IsHost(string host)
        => TryParseNumeric(host, out _) || (!IsDottedDigits(host) && DnsName.IsValid(host));

    private static bool IsDottedDigits(string text) => text.All(c => char.IsAsciiDigit(c) || c == '.');

    private static bool AddressesOverlap(IPAddress? one, IPAddress? other)
    {
        if (one is null || other is null || one.AddressFamily != other.AddressFamily)
        {
            return false;
        }

        return one.Equals(other) || IsAny(one) || IsAny(other);
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
