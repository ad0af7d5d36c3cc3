using FeBeRelay.Protocol;

namespace FeBeRelay.Relay.Streams;

/// <summary>Which side ended a stream before its time.</summary>
internal enum StreamSide
{
    /// <summary>The application's connection (front end), or the back end's.</summary>
    Application,
    /// <summary>The channel, or the peer.</summary>
    Channel,
    /// <summary>The clear connection to the peer.</summary>
    Network,
    /// <summary>This node: its drain deadline has passed, or it is out of memory.</summary>
    Node,
}

/// <summary>Why a stream did not end cleanly in both directions.</summary>
/// <param name="Side">Who ended it.</param>
/// <param name="Detail">For the log.</param>
/// <param name="Error">What was wrong on the channel, if that was it.</param>
/// <param name="Code">The code that the peer gave the stream up with, if it did.</param>
internal sealed record StreamFailure(StreamSide Side, string Detail, ProtocolError? Error, ErrorCode? Code)
{
    /// <summary>What an exception tells that came while that side was served. Who gets no memory for a buffer loses one stream, and the node the others not.</summary>
    public static StreamFailure Of(Exception e, StreamSide side) => e is OutOfMemoryException
        ? new StreamFailure(StreamSide.Node, OutOfMemory, null, null)
        : new StreamFailure(side, e.Message, (e as ProtocolException)?.Error, (e as ProtocolException)?.Code);

    /// <summary>The words for it in the log.</summary>
    public const string OutOfMemory = "the node is out of memory";
}
