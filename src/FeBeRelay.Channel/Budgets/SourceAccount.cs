using System.Net;
using System.Net.Sockets;

namespace FeBeRelay.Channel.Budgets;

/// <summary>What one address is doing. Guarded by its budget's lock.</summary>
internal sealed class SourceAccount(TimeProvider time)
{
    private long? _proved;

    /// <summary>Connections in negotiation.</summary>
    public int Running { get; set; }

    public TokenBucket MainModes { get; private set; } = BucketOf(NegotiationLimits.MainModesOfStranger, time);

    /// <summary>Whether a peer has proved itself from there a short time ago.</summary>
    public bool IsKnown => _proved is { } since && time.GetElapsedTime(since) < NegotiationLimits.KnownFor;

    /// <summary>Whether it says the same as a new one.</summary>
    public bool IsIdle => Running == 0 && !IsKnown && MainModes.IsFull;

    public void PeerProved()
    {
        if (!IsKnown)
        {
            MainModes = BucketOf(NegotiationLimits.MainModesOfKnown, time);
        }
        _proved = time.GetTimestamp();
    }

    /// <summary>Under what an address is counted: IPv4 as it is, IPv6 by the /64, of which a host has all addresses.</summary>
    public static IPAddress KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    public static TokenBucket BucketOf((double AtOnce, double PerSecond) rate, TimeProvider time) => new(rate.AtOnce, rate.PerSecond, time);
}
