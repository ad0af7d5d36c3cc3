using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Enrollment;

/// <summary>
/// Asks an authority's server for a certificate (RFC 7030). A new node believes nobody yet, so it first only looks (4.1.1): the server shows its
/// authority, and if that is the one of the token the node connects again, now with a checked certificate, and sends the token.
/// </summary>
/// <param name="address">https and host.</param>
/// <param name="time">The clock.</param>
internal sealed class EnrollmentClient(Uri address, TimeProvider time)
{
    private const int MaxAnswerBytes = 256 * 1024;
    private const int MaxRefusal = 400;
    private const string StartHint = "is feberelay certs serve running there, and can the port be reached from here?";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>The authority that a fingerprint stands for, as the server shows it. Nothing is sent that is secret.</summary>
    /// <exception cref="EnrollmentException">The server shows another, or none.</exception>
    public async Task<X509Certificate2> FindAuthorityAsync(string fingerprint, CancellationToken cancellation)
    {
        // Nobody is believed yet, and nothing goes over this connection that is not for everybody.
        using HttpClient client = Open(new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null });
        X509Certificate2Collection authorities = await SendAsync(client, new HttpRequestMessage(HttpMethod.Get, PathOf("cacerts")), cancellation).ConfigureAwait(false);
        return authorities.FirstOrDefault(one => CryptographicOperations.FixedTimeEquals(Ascii(CertificateNames.Fingerprint(one)), Ascii(fingerprint)))
            ?? throw new EnrollmentException(
                EnrollmentFault.Refused,
                $"the server at {address} is not the one that the token is for: its authority is {string.Join(", ", authorities.Select(CertificateNames.Fingerprint).DefaultIfEmpty("none"))}, the token says {fingerprint}; the token was not sent",
                "check the address; if it is right, somebody stands in between, or the authority was made anew and the token is an older one's");
    }

    /// <summary>Has a new node's key certified.</summary>
    /// <param name="token">The token.</param>
    /// <param name="authority">The authority that it names.</param>
    /// <param name="key">The new key.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EnrollmentException">It was not.</exception>
    public async Task<X509Certificate2> EnrollAsync(EnrollmentToken token, X509Certificate2 authority, ECDsa key, CancellationToken cancellation)
    {
        using HttpClient client = Open(Trusting(authority));
        using HttpRequestMessage request = RequestFor("simpleenroll", key, token.Names);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{token.Name}:{token.Secret}")));
        return await CertifyAsync(client, request, authority, key, token.DnsNames, cancellation).ConfigureAwait(false);
    }

    /// <summary>Has a new key of a node certified that has a certificate.</summary>
    /// <param name="present">The certificate, with its key.</param>
    /// <param name="authority">The authority that the node believes.</param>
    /// <param name="key">The new key.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EnrollmentException">It was not.</exception>
    public async Task<X509Certificate2> RenewAsync(X509Certificate2 present, X509Certificate2 authority, ECDsa key, CancellationToken cancellation)
    {
        IReadOnlyList<string> dnsNames = CertificateNames.DnsNames(present);
        var names = new IssueRequest(dnsNames[0]) { DnsNames = dnsNames, OrganizationalUnits = CertificateNames.OrganizationalUnits(present.SubjectName) };
        SslClientAuthenticationOptions tls = Trusting(authority);
        tls.ClientCertificates = [present];
        using HttpClient client = Open(tls);
        using HttpRequestMessage request = RequestFor("simplereenroll", key, names);
        return await CertifyAsync(client, request, authority, key, dnsNames, cancellation).ConfigureAwait(false);
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    private Uri PathOf(string operation) => new(address, $"/.well-known/est/{operation}");

    private HttpRequestMessage RequestFor(string operation, ECDsa key, IssueRequest names)
    {
        string pem = NodeRequest.Create(key, names);
        var content = new StringContent(CertsOnly.ToText(Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data])), Encoding.ASCII);
        content.Headers.ContentType = new MediaTypeHeaderValue(CertsOnly.RequestMediaType);
        content.Headers.TryAddWithoutValidation("Content-Transfer-Encoding", "base64");
        return new HttpRequestMessage(HttpMethod.Post, PathOf(operation)) { Content = content };
    }

    private static HttpClient Open(SslClientAuthenticationOptions tls) => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, SslOptions = tls })
    {
        Timeout = Timeout,
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    /// <summary>
    /// Whom the authority certified to answer for it, and nobody else: no node's certificate has that usage. Under which name it is reached does not
    /// matter.
    /// </summary>
    private static SslClientAuthenticationOptions Trusting(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(authority);
        policy.ApplicationPolicy.Add(new Oid(CertificateRules.ServerAuthentication));
        policy.ApplicationPolicy.Add(new Oid(ServerLeaf.RegistrationAuthority));
        return new()
        {
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None,
        };
    }

    private async Task<X509Certificate2> CertifyAsync(
        HttpClient client, HttpRequestMessage request, X509Certificate2 authority, ECDsa key, IReadOnlyList<string> dnsNames, CancellationToken cancellation)
    {
        X509Certificate2Collection given = await SendAsync(client, request, cancellation).ConfigureAwait(false);
        byte[] ours = key.ExportSubjectPublicKeyInfo();
        X509Certificate2? leaf = given.FirstOrDefault(one => one.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(ours));
        if (leaf is null || !CertificateNames.DnsNames(leaf).ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(dnsNames))
        {
            throw new EnrollmentException(EnrollmentFault.Refused, $"the server at {address} gave a certificate for another key or other names", "look into its log");
        }
        var verifier = new PeerCertificateVerifier(TrustedRoots.FromCertificates(authority), time, authority.RawData);
        PeerVerdict verdict = verifier.Verify([leaf.RawData], PeerRole.Initiator);
        return verdict.IsAccepted ? leaf : throw new EnrollmentException(
            EnrollmentFault.Refused, $"the server at {address} gave a certificate that peers would refuse: {verdict.Problem.Explanation}", "is the clock right, here and there?");
    }

    private async Task<X509Certificate2Collection> SendAsync(HttpClient client, HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, cancellation).ConfigureAwait(false);
            string body = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? CertsOnly.Decode(body) : throw Refusal(response, body);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
        {
            throw new EnrollmentException(
                EnrollmentFault.Refused,
                $"the server at {address} cannot show that the authority lets it answer ({e.InnerException.Message.TrimEnd('.')}); nothing was sent to it",
                "check the address; only feberelay certs serve of that authority has such a certificate",
                e);
        }
        catch (CertificateException e)
        {
            throw new EnrollmentException(EnrollmentFault.Unreachable, $"{address}: {e.Message}", StartHint, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new EnrollmentException(EnrollmentFault.Unreachable, $"{address} does not answer: {(e.InnerException ?? e).Message.TrimEnd('.')}", StartHint, e);
        }
    }

    /// <summary>The server's own words, where they are words.</summary>
    private EnrollmentException Refusal(HttpResponseMessage response, string body)
    {
        string text = response.Content.Headers.ContentType?.MediaType == "text/plain" ? CertificateNames.Printable(body[..Math.Min(body.Length, MaxRefusal)].Trim()) : "";
        return response.StatusCode == HttpStatusCode.NotFound
            ? new(EnrollmentFault.Unreachable, $"{address} answers, but gives out no certificates", StartHint)
            : new(EnrollmentFault.Refused, $"{address} refuses: {(text.Length > 0 ? text : $"status {(int)response.StatusCode}")}", "the log of feberelay certs serve has it too");
    }
}
