namespace FeBeRelay.Load.Candidates;

/// <summary>What a relay is compared with.</summary>
internal enum Family
{
    /// <summary>No relay at all.</summary>
    Origin,

    /// <summary>Two hops without encryption: what no relay pair is expected to beat.</summary>
    Ceiling,

    /// <summary>Peers that carry bytes.</summary>
    StreamPeer,

    /// <summary>Peers that parse HTTP.</summary>
    HttpPeer,

    /// <summary>Peers built on the same libraries.</summary>
    Yarp,

    /// <summary>FeBeRelay's endpoints of kind stream.</summary>
    Stream,

    /// <summary>FeBeRelay's http endpoints.</summary>
    Http,
}
