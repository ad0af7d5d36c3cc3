using System.Net;

namespace FeBeRelay.Relay.Http;

/// <summary>Holds the content fields of a message whose body goes another way.</summary>
internal sealed class EmptyContent : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
