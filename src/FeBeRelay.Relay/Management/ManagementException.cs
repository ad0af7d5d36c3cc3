namespace FeBeRelay.Relay.Management;

/// <summary>What kept a client from what it wanted.</summary>
internal enum ManagementFault
{
    /// <summary>Nobody answers.</summary>
    Unreachable,
    /// <summary>The node does not let this client.</summary>
    Refused,
    /// <summary>The request cannot be done.</summary>
    Failed,
}

/// <summary>A client of a management endpoint did not get what it asked for.</summary>
internal sealed class ManagementException(ManagementFault fault, string message, string hint, Exception? inner = null) : Exception(message, inner)
{
    public ManagementFault Fault => fault;

    /// <summary>What to try.</summary>
    public string Hint => hint;
}
