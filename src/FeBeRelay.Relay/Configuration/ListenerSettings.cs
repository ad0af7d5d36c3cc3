using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Section <c>listener</c>.</summary>
public sealed record ListenerSettings
{
    [Description("Node ports: the addresses where other nodes reach this one.")]
    [Example("[ \"0.0.0.0:8443\", \"[::]:8443\" ]")]
    [MinLength(1)]
    public required IReadOnlyList<EndpointAddress> Listen { get; init; }

    [Description("Services behind the node ports, by the name that peers ask for.")]
    [Example("{ \"owa\": { \"backEnd\": \"127.0.0.1:80\", \"peers\": [ \"fe1.lab.test\" ] } }")]
    [Form(ServiceSettings.NamePattern, ServiceSettings.NameForm)]
    [MinLength(1)]
    public required IReadOnlyDictionary<string, ServiceSettings> Services { get; init; }
}

/// <summary>One entry of <c>listener:services</c>.</summary>
public sealed record ServiceSettings
{
    internal const string NamePattern = "^[a-z0-9.-]{1,63}$";
    internal const string NameForm = "1 to 63 characters of a-z, 0-9, dot and hyphen";

    /// <summary>A DNS name, <c>ou=</c> and the organizational unit of the certificate's subject, <c>psk=</c> and the name of a pre-shared key, or <c>krb=</c> and a principal of Kerberos with its realm.</summary>
    internal const string PeerPattern = @"^([Oo][Uu]=[^\s=](.{0,62}[^\s])?|psk=[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?|" + TicketContext.Prefix + TicketContext.PrincipalPattern + @"|[A-Za-z0-9_][A-Za-z0-9_.-]{0,252})$";

    [Description("The application behind this service.")]
    [Example("\"127.0.0.1:80\"")]
    public required EndpointAddress BackEnd { get; init; }

    [Description("Who may use this service: DNS names of certificates, or \"ou=Unit\" for everyone whose certificate names that organizational unit, \"psk=NAME\" for every holder of that pre-shared key, or \"krb=NAME@REALM\" for that principal of Kerberos. Default deny: nobody else.")]
    [Example("[ \"fe1.lab.test\" ]")]
    [Form(PeerPattern, "the DNS name of a certificate, \"ou=Unit\", \"psk=NAME\" or \"krb=NAME@REALM\" (small letters, the realm in capitals), without wildcards")]
    [MinLength(1)]
    public required IReadOnlyList<string> Peers { get; init; }

    /// <summary>Null: nothing arrives but channels at the node ports.</summary>
    [Description("The service's own port: takes channels, and clear connections where policy lets it. Absent: clear traffic has no way in.")]
    [Example("\"0.0.0.0:80\"")]
    public EndpointAddress? Listen { get; init; }

    /// <summary>Milliseconds, 50 to 5000.</summary>
    [Description("Milliseconds that a silent connection at the service's own port is held for a channel before the back end may greet it clear, where policy takes clear connections.")]
    [Range(50, 5_000)]
    public int QuietMilliseconds { get; init; } = 300;

    [Description("Tell the back end the addresses of client and peer by a PROXY protocol v2 header. Only for back ends that expect it.")]
    public bool ProxyProtocol { get; init; }
}
