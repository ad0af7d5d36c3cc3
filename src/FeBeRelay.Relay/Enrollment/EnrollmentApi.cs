using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.RateLimiting;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>
/// The authority over HTTP, as EST has it (RFC 7030): <c>cacerts</c>, <c>simpleenroll</c> with the token as name and password, <c>simplereenroll</c> with
/// the present certificate. Thread-safe.
/// </summary>
/// <param name="desk">Decides.</param>
/// <param name="audit">The authority's log. While it cannot be written nothing is given out.</param>
/// <param name="logger">For people.</param>
internal sealed class EnrollmentApi(EnrollmentDesk desk, AuditLog audit, ILogger logger) : IDisposable
{
    /// <summary>Bytes of a request's body; more is answered with 413. A request for a key of 8192 bits has a fifth of it.</summary>
    public const int MaxBodyBytes = 16 * 1024;

    /// <summary>Requests of one address (of IPv6: one /64) in a minute; more are answered with 429. An enrolment has two.</summary>
    public const int RequestsPerMinute = 60;

    private const string Base = "/.well-known/est";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<IPAddress> _limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetFixedWindowLimiter(NetworkOf(address), _ => new FixedWindowRateLimiterOptions { PermitLimit = RequestsPerMinute, Window = Window }));

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        IPAddress address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        var remote = new IPEndPoint(address, context.Connection.RemotePort);
        try
        {
            using RateLimitLease lease = _limiter.AttemptAcquire(address);
            if (!lease.IsAcquired)
            {
                context.Response.Headers.RetryAfter = $"{(int)Window.TotalSeconds}";
                throw new EnrollmentRefusal(StatusCodes.Status429TooManyRequests, "TooMany", "too many requests from this address; try again in a minute");
            }
            await AnswerAsync(context, remote).ConfigureAwait(false);
        }
        catch (EnrollmentRefusal refusal)
        {
            if (refusal.Status != StatusCodes.Status429TooManyRequests)
            {
                EnrollmentLog.Refused(logger, remote, refusal.Message);
            }
            audit.EnrollmentRefused(remote, refusal.Error, refusal.Message);
            await RefuseAsync(context, refusal.Status, refusal.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CertificateException or IdentityException)
        {
            EnrollmentLog.Failed(logger, e.Message);
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the authority cannot sign now; its log says why").ConfigureAwait(false);
        }
    }

    public void Dispose() => _limiter.Dispose();

    private Task AnswerAsync(HttpContext context, IPEndPoint remote) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", $"{Base}/cacerts") => SendAsync(context, desk.Authority),
        ("POST", $"{Base}/simpleenroll") => EnrollAsync(context, remote),
        ("POST", $"{Base}/simplereenroll") => RenewAsync(context, remote),
        _ => RefuseAsync(context, StatusCodes.Status404NotFound, $"here are GET {Base}/cacerts, POST {Base}/simpleenroll and POST {Base}/simplereenroll"),
    };

    private async Task EnrollAsync(HttpContext context, IPEndPoint remote)
    {
        RequireLog();
        (string name, string secret) = CredentialsOf(context.Request);
        using X509Certificate2 certificate = desk.Enroll(name, secret, await ReadAsync(context).ConfigureAwait(false));
        EnrollmentLog.Enrolled(logger, name, remote, certificate.SerialNumber);
        audit.NodeEnrolled(remote, certificate);
        await SendAsync(context, certificate).ConfigureAwait(false);
    }

    private async Task RenewAsync(HttpContext context, IPEndPoint remote)
    {
        RequireLog();
        X509Certificate2 present = context.Connection.ClientCertificate
            ?? throw new EnrollmentRefusal(StatusCodes.Status403Forbidden, "NoCertificate", "the certificate that is to be renewed was not shown in the TLS handshake");
        using X509Certificate2 certificate = desk.Renew(present, await ReadAsync(context).ConfigureAwait(false));
        EnrollmentLog.Renewed(logger, CertificateNames.Display(certificate), remote, certificate.SerialNumber);
        audit.CertificateRenewed(remote, certificate);
        await SendAsync(context, certificate).ConfigureAwait(false);
    }

    private void RequireLog()
    {
        if (!audit.MayAdmit)
        {
            throw new CertificateException("the log of the authority cannot be written, so nothing is signed");
        }
    }

    private static (string Name, string Secret) CredentialsOf(HttpRequest request)
    {
        try
        {
            if (AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out AuthenticationHeaderValue? header)
                && header is { Scheme: "Basic", Parameter: { } parameter }
                && Encoding.UTF8.GetString(Convert.FromBase64String(parameter)).Split(':', 2) is [var name, var secret])
            {
                return (name, secret);
            }
        }
        catch (FormatException)
        {
            // As without.
        }
        throw new EnrollmentRefusal(StatusCodes.Status401Unauthorized, "NoToken", "no token came with the request: its node's name and its secret as HTTP Basic");
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.ASCII);
            return Convert.FromBase64String(await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false));
        }
        catch (BadHttpRequestException e)
        {
            throw new EnrollmentRefusal(e.StatusCode, "BadRequest", e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"a request has {MaxBodyBytes} bytes at most" : "the request did not arrive whole", e);
        }
        catch (FormatException e)
        {
            throw new EnrollmentRefusal(StatusCodes.Status400BadRequest, "BadRequest", "the body is not base64 of a PKCS#10 request", e);
        }
    }

    private static Task SendAsync(HttpContext context, X509Certificate2 certificate)
    {
        context.Response.ContentType = CertsOnly.MediaType + "; smime-type=certs-only";
        context.Response.Headers["Content-Transfer-Encoding"] = "base64";
        return context.Response.WriteAsync(CertsOnly.Encode(certificate), context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"feberelay\"";
        }
        return context.Response.WriteAsync(message + "\n", context.RequestAborted);
    }

    /// <summary>Of IPv6 a host has all addresses of a /64.</summary>
    private static IPAddress NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
