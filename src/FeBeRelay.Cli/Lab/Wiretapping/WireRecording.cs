namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>The first bytes of one tapped connection, each way.</summary>
internal sealed record WireRecording(byte[] ToTarget, byte[] FromTarget);
