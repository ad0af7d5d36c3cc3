using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>What the responder's states hand on and that is not secret.</summary>
/// <param name="Hello">What the initiator offered and demands.</param>
/// <param name="Group">What this node chose of it.</param>
/// <param name="Method">How both authenticate.</param>
internal sealed record ResponderContext(InitiatorHello Hello, Group Group, MainModeMethod Method);
