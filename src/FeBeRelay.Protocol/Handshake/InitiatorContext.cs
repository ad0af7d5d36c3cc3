using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>What the initiator's states hand on and that is not secret.</summary>
/// <param name="Settings">What this node brings.</param>
/// <param name="Hello">What it offered.</param>
/// <param name="Group">What the responder chose of it.</param>
internal sealed record InitiatorContext(MainModeSettings Settings, InitiatorHello Hello, Group Group);
