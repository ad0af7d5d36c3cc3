namespace FeBeRelay.Relay.Management;

/// <summary>What a client of the management endpoint may do. Each role may do what those before it may.</summary>
internal enum ManagementRole
{
    /// <summary>Only ask whether the node is alive and ready.</summary>
    None,
    /// <summary>Read everything; no secret is there to be read.</summary>
    Viewer,
    /// <summary>Also change things; every change is in the security log.</summary>
    Operator,
}
