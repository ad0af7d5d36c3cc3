namespace FeBeRelay.Relay.Audit;

/// <summary>What an administrator selects by, once for successes and once for failures.</summary>
internal enum AuditCategory
{
    /// <summary>The life of associations and channels (Windows: logon events).</summary>
    Logon,
    /// <summary>Use of protected services (Windows: object access).</summary>
    Object,
    /// <summary>Changes of policy.</summary>
    Policy,
    /// <summary>Traffic that goes in the clear.</summary>
    Clear,
    /// <summary>The node itself.</summary>
    System,
    /// <summary>The log about itself; written whatever is selected.</summary>
    Audit,
}

/// <summary>Whether what an event tells succeeded.</summary>
internal enum AuditOutcome
{
    Success,
    Failure,
}

/// <summary>Where something failed, in the words of Windows' event 547.</summary>
internal enum FailurePoint
{
    /// <summary>This node refused.</summary>
    Me,
    /// <summary>The other node refused, went away or kept silent.</summary>
    Peer,
}
