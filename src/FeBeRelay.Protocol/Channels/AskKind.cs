namespace FeBeRelay.Protocol.Channels;

/// <summary>What a responder may ask for (clause 6.4).</summary>
public enum AskKind : byte
{
    Keys = 1,
    Association = 2,
    Close = 3,
}
