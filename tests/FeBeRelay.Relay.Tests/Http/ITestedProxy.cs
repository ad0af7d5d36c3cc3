using System.Net;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>What stands between client and back ends in a test: this relay's nodes, or a stock YARP that the same cases are held against.</summary>
internal interface ITestedProxy : IAsyncDisposable
{
    /// <summary>Starts it, with one route to all of the back ends.</summary>
    Task StartAsync(params EndPoint[] backEnds);

    /// <summary>A client's connection.</summary>
    Task<HttpClientSocket> ConnectAsync();

    /// <summary>Waits until so many back-end connections wait for their next exchange.</summary>
    Task HasIdleAsync(int connections);
}
