namespace FeBeRelay.Protocol.Policy;

/// <summary>Which traffic a rule is about: all that is set must match, what is null asks nothing.</summary>
public sealed record PolicyFilter
{
    /// <summary>All traffic.</summary>
    public static PolicyFilter All { get; } = new();

    /// <summary>The peers meant.</summary>
    public PeerFilter Peer { get; init; } = PeerFilter.Any;

    /// <summary>A relay endpoint's name; matches outward only.</summary>
    public string? Endpoint { get; init; }

    /// <summary>A service's name.</summary>
    public string? Service { get; init; }

    /// <summary>The port that the connection is made to, 1 to 65535.</summary>
    public int? Port { get; init; }

    /// <summary>The direction that this filter is written for.</summary>
    public Direction Direction { get; init; } = Direction.Outbound;

    /// <summary>Whether it holds for the other direction too.</summary>
    public bool IsMirrored { get; init; } = true;

    /// <summary>Of two filters that match, the one with the greater specificity decides: peer first, then endpoint, service, port, direction.</summary>
    public (PeerFilterKind Peer, int Prefix, bool Endpoint, bool Service, bool Port, bool OneWay) Specificity =>
        (Peer.Kind, Peer.PrefixLength, Endpoint is not null, Service is not null, Port is not null, !IsMirrored);

    /// <summary>Whether the traffic is meant.</summary>
    public bool Matches(Traffic traffic)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        return (IsMirrored || Direction == traffic.Direction)
            && (Port is null || Port == traffic.Port)
            && (Endpoint is null || string.Equals(Endpoint, traffic.Endpoint, StringComparison.OrdinalIgnoreCase))
            && (Service is null || string.Equals(Service, traffic.Service, StringComparison.OrdinalIgnoreCase))
            && Peer.Matches(traffic);
    }

    /// <summary>Whether neither is the more specific and some traffic matches both. Two names of one certificate are not foreseen.</summary>
    public bool Ties(PolicyFilter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Specificity == other.Specificity
            && Peer.Text == other.Peer.Text
            && Port == other.Port
            && (IsMirrored || Direction == other.Direction)
            && string.Equals(Endpoint, other.Endpoint, StringComparison.OrdinalIgnoreCase)
            && string.Equals(Service, other.Service, StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        List<string> parts = [$"peer {Peer}"];
        if (Endpoint is not null)
        {
            parts.Add($"endpoint {Endpoint}");
        }
        if (Service is not null)
        {
            parts.Add($"service {Service}");
        }
        if (Port is not null)
        {
            parts.Add($"port {Port}");
        }
        if (!IsMirrored)
        {
            parts.Add(Direction == Direction.Outbound ? "outward only" : "inward only");
        }
        return string.Join(", ", parts);
    }
}
