using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Principal;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Channel.Identity.Kerberos;

/// <summary>
/// One context of Kerberos, by the platform's GSSAPI or SSPI (docs/protocol.md 2.14): Kerberos only, mutual, with integrity, without delegation. Used by one
/// thread at a time, for one main mode.
/// </summary>
internal sealed class TicketExchange : IDisposable
{
    private const string Package = "Kerberos";

    private readonly NegotiateAuthentication _context;
    private readonly string? _service;

    private TicketExchange(NegotiateAuthentication context, string? service)
    {
        _context = context;
        _service = service;
    }

    /// <summary>The initiator's, towards a service principal of this node's own configuration.</summary>
    public static TicketExchange Towards(string service) => new(
        new NegotiateAuthentication(new NegotiateAuthenticationClientOptions
        {
            Package = Package,
            Credential = CredentialCache.DefaultNetworkCredentials,
            TargetName = service,
            RequiredProtectionLevel = ProtectionLevel.Sign,
            RequireMutualAuthentication = true,
            // No ticket of this node's own goes with it.
            AllowedImpersonationLevel = TokenImpersonationLevel.Identification,
        }),
        service);

    /// <summary>The responder's, with the keys of its keytab.</summary>
    public static TicketExchange ForService() => new(
        new NegotiateAuthentication(new NegotiateAuthenticationServerOptions { Package = Package, RequiredProtectionLevel = ProtectionLevel.Sign }),
        service: null);

    /// <summary>The initiator's token. Asks the KDC where no ticket is at hand: blocks for as long as that takes.</summary>
    /// <exception cref="TicketException">There is no ticket.</exception>
    public byte[] Ask() => Step([], NegotiateAuthenticationStatusCode.ContinueNeeded, $"no Kerberos ticket for {_service}");

    /// <summary>The initiator's: takes the responder's token.</summary>
    /// <exception cref="TicketException">It is not the answer of that service, or the context is not of the kind that is needed.</exception>
    public TicketContext Complete(byte[] answer)
    {
        Step(answer, NegotiateAuthenticationStatusCode.Completed, $"the answer of {_service} by Kerberos was refused");
        Require(_context is { Package: Package, IsMutuallyAuthenticated: true, IsSigned: true }, "is not mutual and with integrity");
        return TicketContext.WithService(_service!, Sign, Verify);
    }

    /// <summary>The responder's: takes the initiator's token.</summary>
    /// <returns>The answer, and the context.</returns>
    /// <exception cref="TicketException">The ticket is no good, its principal is none of a node, or the context is not of the kind that is needed.</exception>
    public (byte[] Answer, TicketContext Context) Take(byte[] request)
    {
        byte[] answer = Step(request, NegotiateAuthenticationStatusCode.Completed, "the peer's Kerberos ticket was refused");
        Require(_context is { Package: Package, IsMutuallyAuthenticated: true, IsSigned: true }, "is not mutual and with integrity");
        Require(_context.ImpersonationLevel != TokenImpersonationLevel.Delegation, "delegates the peer's own ticket");
        string name = _context.RemoteIdentity.Name ?? "";
        return TicketContext.IsPrincipal(name)
            ? (answer, TicketContext.WithClient(name, Sign, Verify))
            : throw new TicketException(
                $"the peer's Kerberos principal {CertificateNames.Printable(name)} is none that a node may have; it is small letters, @, and a realm of capitals, such as feberelay/fe1.lab.test@LAB.TEST");
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private byte[] Step(byte[] token, NegotiateAuthenticationStatusCode wanted, string failure)
    {
        (byte[]? output, NegotiateAuthenticationStatusCode status) = Guarded(failure, () => TicketReasons.Listening(() =>
        {
            byte[]? made = _context.GetOutgoingBlob(token, out NegotiateAuthenticationStatusCode code);
            return (made, code);
        }));
        // Nothing but the status counts: after a failure the context's other properties may say that all is well.
        return status == wanted
            ? output ?? []
            : throw new TicketException($"{failure}: {TicketReasons.Take() ?? status.ToString()}");
    }

    private void Require(bool isRight, string otherwise)
    {
        if (!isRight)
        {
            throw new TicketException($"the context of Kerberos with {_service ?? "the peer"} {otherwise}");
        }
    }

    private byte[] Sign(byte[] content)
    {
        var mic = new ArrayBufferWriter<byte>();
        Guarded("a MIC by Kerberos cannot be made", () =>
        {
            _context.ComputeIntegrityCheck(content, mic);
            return true;
        });
        return mic.WrittenSpan.ToArray();
    }

    private bool Verify(byte[] content, byte[] mic) => Guarded("a MIC by Kerberos cannot be checked", () => _context.VerifyIntegrityCheck(content, mic));

    // The platform throws exceptions of its own, some of them internal, where it does not return a code.
    private static T Guarded<T>(string failure, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new TicketException($"{failure}: {CertificateNames.Printable(e.Message)}");
        }
    }
}
