using Yarp.ReverseProxy.Model;

namespace FeBeRelay.Relay.Http;

/// <summary>A back-end connection that only one client's connection may use, because a logon on it is that client's.</summary>
/// <param name="Cluster">The cluster that it serves.</param>
/// <param name="Destination">The destination that it leads to.</param>
/// <param name="Connection">The connection.</param>
internal sealed record PinnedConnection(string Cluster, DestinationState Destination, BackEndConnection Connection)
{
    /// <summary>The client is gone: nobody may use it any more.</summary>
    public void End()
    {
        if (Connection.TryRent())
        {
            _ = Connection.CloseAsync();
        }
    }
}
