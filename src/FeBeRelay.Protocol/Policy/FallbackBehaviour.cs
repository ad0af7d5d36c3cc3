namespace FeBeRelay.Protocol.Policy;

/// <summary>Which Windows a rule follows where a peer is not reached protected.</summary>
public enum FallbackBehaviour
{
    /// <summary>Any bytes that parse as the protocol forbid going clear: refused credentials and no common suite mean blocked.</summary>
    Windows2000,

    /// <summary>The later fix for XP and 2003: a peer whose credentials or suites do not fit counts as not capable. One forged byte then forces clear.</summary>
    WindowsXp,
}
