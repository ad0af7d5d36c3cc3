using System.Net;

namespace FeBeRelay.Conformance.Proxies;

/// <summary>The clients connect to the back end itself: what fails here demands what a connection does not give.</summary>
internal sealed class NoProxy : Proxy
{
    public NoProxy(IPEndPoint backEnd) => Target = UrlOf(backEnd.Port);
}
