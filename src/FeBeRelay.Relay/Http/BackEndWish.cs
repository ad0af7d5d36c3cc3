using System.Net;

namespace FeBeRelay.Relay.Http;

/// <summary>What an exchange wants of its connection to the back end.</summary>
internal sealed record BackEndWish
{
    /// <summary>The client's address, and the one that it connected to; null for requests of this node itself.</summary>
    public IPEndPoint? Client { get; init; }

    public IPEndPoint? Local { get; init; }

    /// <summary>The correlation id, or empty.</summary>
    public string Exchange { get; init; } = "";

    /// <summary>What of the request is nobody's business, in words; null where there is nothing: it may go clear where policy lets it.</summary>
    public string? Secret { get; init; }

    /// <summary>It may be sent only once.</summary>
    public bool MustBeQuiet { get; init; }

    /// <summary>It was sent already, on one that was over.</summary>
    public bool MustBeNew { get; init; }

    /// <summary>The client is logged on to a connection that was protected.</summary>
    public bool MustBeProtected { get; init; }
}
