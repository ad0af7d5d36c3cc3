using System.Text.RegularExpressions;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>
/// A complete security context of Kerberos, as main mode needs it (clause 2.14). Whoever makes one has seen that it is of Kerberos, mutual, with
/// integrity and without delegation; the context itself stays its maker's, until main mode is over.
/// </summary>
public sealed partial class TicketContext
{
    /// <summary>What stands before a principal, as its holder's name.</summary>
    public const string Prefix = "krb=";

    /// <summary>What a principal with its realm may be called, as a part of a regular expression.</summary>
    public const string PrincipalPattern = "[a-z0-9._-]+(/[a-z0-9._-]+)*@[A-Z0-9.-]+";

    private const int LongestPrincipal = 200;
    private readonly Func<byte[], byte[]> _sign;
    private readonly Func<byte[], byte[], bool> _verify;

    private TicketContext(string principal, Func<byte[], byte[]> sign, Func<byte[], byte[], bool> verify)
    {
        Name = Prefix + principal;
        _sign = sign;
        _verify = verify;
    }

    /// <summary>An initiator's, with the service that it asked for.</summary>
    /// <param name="service">The service principal, <see cref="IsService"/>.</param>
    /// <param name="sign">Makes the MIC of the bytes given, 1 to 255 bytes long.</param>
    /// <param name="verify">Whether a MIC (second) is the other side's of the bytes given (first).</param>
    /// <exception cref="ArgumentException">The name is of another form.</exception>
    public static TicketContext WithService(string service, Func<byte[], byte[]> sign, Func<byte[], byte[], bool> verify) =>
        IsService(service) ? new(service, sign, verify) : throw new ArgumentException("not a service principal", nameof(service));

    /// <summary>A responder's, with whoever asked for it.</summary>
    /// <inheritdoc cref="WithService"/>
    /// <param name="principal">The client's principal with its realm, <see cref="IsPrincipal"/>.</param>
    public static TicketContext WithClient(string principal, Func<byte[], byte[]> sign, Func<byte[], byte[], bool> verify) =>
        IsPrincipal(principal) ? new(principal, sign, verify) : throw new ArgumentException("not a principal that a node may have", nameof(principal));

    /// <summary><c>krb=</c> and the principal.</summary>
    public string Name { get; }

    /// <summary>Whether a node may be a principal of that name, its realm included: in one case only, so that no two differ by case alone.</summary>
    public static bool IsPrincipal(string name) => name.Length <= LongestPrincipal && Principal().IsMatch(name);

    /// <summary>Whether a node may be asked for by that service principal, <c>service/host</c> without a realm.</summary>
    public static bool IsService(string name) => name.Length <= LongestPrincipal && Service().IsMatch(name);

    internal byte[] Sign(byte[] content) => _sign(content);

    internal bool Verify(byte[] content, byte[] mic) => _verify(content, mic);

    [GeneratedRegex($"^{PrincipalPattern}\\z")]
    private static partial Regex Principal();

    [GeneratedRegex("^[a-z0-9._-]+/[a-z0-9._-]+\\z")]
    private static partial Regex Service();
}
