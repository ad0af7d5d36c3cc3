namespace FeBeRelay.Relay.Audit;

/// <summary>Why traffic went in the clear.</summary>
internal enum ClearCause
{
    /// <summary>A rule permits it.</summary>
    Permit,
    /// <summary>The rule takes clear traffic in and asks for security in return.</summary>
    InPass,
    /// <summary>The peer was found not capable and the rule allows to talk to it clear.</summary>
    Soft,
    /// <summary>The rule would refuse it, but its policy is audit-only.</summary>
    AuditOnly,
    /// <summary>The traffic is exempt from policy.</summary>
    Exemption,
}
