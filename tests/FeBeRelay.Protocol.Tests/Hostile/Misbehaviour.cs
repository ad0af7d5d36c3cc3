namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>One thing that a peer does against the rules.</summary>
/// <param name="Peer">The part that the hostile peer plays.</param>
/// <param name="Stage">Where in the connection.</param>
/// <param name="Name">What it does; unique in its stage.</param>
/// <param name="Expected">What this program's end is to end with.</param>
/// <param name="Play">Plays it against a new end.</param>
internal sealed record Misbehaviour(Role Peer, string Stage, string Name, ProtocolError Expected, Func<Reaction> Play)
{
    public override string ToString() => $"{Peer} {Stage}: {Name}";
}

/// <summary>What came of it.</summary>
/// <param name="Error">What ended this program's end; null if nothing did.</param>
/// <param name="LastWords">What it sent after that; null in a channel, where the caller answers under protection.</param>
/// <param name="Spoke">Whether it had sent anything before.</param>
/// <param name="Delivered">Application bytes that came out.</param>
internal sealed record Reaction(ProtocolError? Error, byte[]? LastWords, bool Spoke, int Delivered);
