namespace FeBeRelay.Protocol.Policy;

/// <summary>What a rule does with traffic that one of its filters matches.</summary>
public enum FilterAction
{
    /// <summary>Clear, nothing asked.</summary>
    Permit,

    /// <summary>Refused.</summary>
    Block,

    /// <summary>Protected, or what the flags of the rule let through.</summary>
    Negotiate,

    /// <summary>Windows' default response: clear, answers whoever negotiates, asks the peer by an enquiry whether it wants security.</summary>
    Respond,
}
