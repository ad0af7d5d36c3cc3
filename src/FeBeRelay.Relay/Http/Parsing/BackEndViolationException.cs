namespace FeBeRelay.Relay.Http.Parsing;

/// <summary>A back end's answer is not HTTP/1.1, or its framing could be read in more than one way: 502 to the client.</summary>
internal sealed class BackEndViolationException(string message) : Exception(message);
