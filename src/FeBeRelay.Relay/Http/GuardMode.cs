namespace FeBeRelay.Relay.Http;

/// <summary>What becomes of a request that carries credentials or a body where its way is clear.</summary>
internal enum GuardMode
{
    /// <summary>It waits until the peer's capability is settled, and is then refused.</summary>
    Refuse,

    /// <summary>It waits as well, and is then sent, told and audited.</summary>
    Warn,

    /// <summary>It goes as any other.</summary>
    Off,
}
