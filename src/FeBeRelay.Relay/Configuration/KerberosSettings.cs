using System.ComponentModel;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>node:kerberos</c>.</summary>
public sealed record KerberosSettings
{
    /// <summary>An absolute path once loaded; null leaves keytab and tickets to the environment, where <see cref="Enabled"/>.</summary>
    [Description("Keytab with the keys of this node's own principal, such as feberelay/fe1.lab.test, readable by its owner only: the node answers for it, and gets its tickets.")]
    [Example("\"fe1.keytab\"")]
    [ExistingFile]
    public string? Keytab { get; init; }

    [Description("Without a keytab here: use what the environment names (KRB5_KTNAME, KRB5_CLIENT_KTNAME, KRB5CCNAME); on Windows the account of the service.")]
    public bool Enabled { get; init; }

    /// <summary>Whether the node has a part in a realm.</summary>
    internal bool IsOn => Enabled || Keytab is not null;
}
