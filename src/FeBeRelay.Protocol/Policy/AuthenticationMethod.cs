namespace FeBeRelay.Protocol.Policy;

/// <summary>How two nodes prove to each other who they are.</summary>
public enum AuthenticationMethod
{
    /// <summary>A certificate of an authority that the node trusts.</summary>
    Certificate,
}
