using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Authentication.ExtendedProtection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Rows 29, 32 and 33: what only a proxy of connections can carry, and a back end that was away.</summary>
internal static class ConnectionCases
{
    private static readonly TimeSpan MostTaken = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostTakenInFull = TimeSpan.FromSeconds(1);

    public static IEnumerable<ConformanceCase> All() =>
    [
        new(29, "", "TLS passes to the back end untouched", "A TLS handshake with the back end, then a request inside", "The back end's own certificate; a tls-server-end-point binding of it at the client",
            TlsAsync, CasePhase.Connection),
        new(32, "", "Protocols in which the server speaks first pass", "A greeting, then three commands and answers of IMAP, an idle one, ends in order", "The same bytes; the ends in their order",
            ServerFirstAsync, CasePhase.Connection),
        new(33, "", "A back end that was away is used again at once", "The back end resets everything and listens no more; a request; it listens again; another", "The second request, within five seconds; within one with --full",
            AwayAsync, CasePhase.Last),
    ];

    private static async Task TlsAsync(Visit visit)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=be.conformance.test", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        Task<RawPeer> accepting = visit.BackEnd.NextConnectionAsync();
        using RawPeer client = await visit.ConnectAsync();
        await using var outer = new SslStream(client.ToStream(), false, (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint);
        Task handshake = outer.AuthenticateAsClientAsync("be.conformance.test");
        using RawPeer served = await AcceptAsync(visit, accepting);
        await using var inner = new SslStream(served.ToStream());
        try
        {
            await Task.WhenAll(handshake, inner.AuthenticateAsServerAsync(certificate)).WaitAsync(RawPeer.Patience);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or TimeoutException)
        {
            throw new ConformanceFailedException($"no TLS handshake with the back end: {e.Message}");
        }
        // What the back end demands is the hash of its own certificate (RFC 5929 4.1).
        Demand.That(
            Binding(outer).EndsWith($"tls-server-end-point:{Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))}", StringComparison.Ordinal),
            $"the client's channel binding is another: {Binding(outer)}");
        await outer.WriteAsync("ping"u8.ToArray());
        await inner.ReadExactlyAsync(new byte[4]).AsTask().WaitAsync(RawPeer.Patience);
    }

    private static string Binding(SslStream stream)
    {
        using ChannelBinding binding = stream.TransportContext.GetChannelBinding(ChannelBindingKind.Endpoint)!;
        byte[] bytes = new byte[binding.Size];
        System.Runtime.InteropServices.Marshal.Copy(binding.DangerousGetHandle(), bytes, 0, bytes.Length);
        // A structure of the platform, then a label in text, then the hash.
        int hash = bytes.Length - SHA256.HashSizeInBytes;
        return Encoding.Latin1.GetString(bytes, 0, hash) + Convert.ToHexStringLower(bytes[hash..]);
    }

    private static async Task ServerFirstAsync(Visit visit)
    {
        Task<RawPeer> accepting = visit.BackEnd.NextConnectionAsync();
        using RawPeer client = await visit.ConnectAsync();
        using RawPeer served = await AcceptAsync(visit, accepting);
        await TellAsync(served, client, "* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n");
        foreach ((string command, string answer) in ((string, string)[])
            [
                ("a1 LOGIN alice \"p\u00e4ss\"\r\n", "a1 OK LOGIN completed\r\n"),
                ("a2 FETCH 1 BODY[]\r\n", "* 1 FETCH (BODY[] {8}\r\n\0\r\n\u00ff.\r\n\n)\r\na2 OK\r\n"),
                ("a3 IDLE\r\n", "+ idling\r\n"),
            ])
        {
            await TellAsync(client, served, command);
            await TellAsync(served, client, answer);
        }
        await TellAsync(served, client, "* 2 EXISTS\r\n");
        await TellAsync(client, served, "DONE\r\n");
        client.HalfClose();
        (string rest, PeerEnd end) = await served.HearAllAsync();
        Demand.That((rest, end) == ("", PeerEnd.Fin), $"at the client's end came {Demand.Show(rest)} and {end}");
        await TellAsync(served, client, "a3 OK\r\n* BYE\r\n");
        served.HalfClose();
        (rest, end) = await client.HearAllAsync();
        Demand.That((rest, end) == ("", PeerEnd.Fin), $"at the back end's end came {Demand.Show(rest)} and {end}");
    }

    private static async Task TellAsync(RawPeer from, RawPeer to, string text)
    {
        await from.SayAsync(text);
        Demand.Equal(text, await to.HearAsync(text.Length), "what was said");
    }

    private static async Task<RawPeer> AcceptAsync(Visit visit, Task<RawPeer> accepting)
    {
        try
        {
            return await accepting.WaitAsync(RawPeer.Patience);
        }
        catch (TimeoutException)
        {
            visit.BackEnd.ForgetNextConnection();
            throw new ConformanceFailedException("the back end got no connection before the client said something");
        }
    }

    private static async Task AwayAsync(Visit visit)
    {
        using (RawPeer before = await visit.ConnectAsync())
        {
            await visit.ExchangeAsync(before, visit.Head("GET /before"));
        }
        visit.BackEnd.Stop();
        Demand.That(!(await RefusalAsync(visit)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal), "a request was answered with 200 while nobody listened");
        visit.BackEnd.Resume();
        long start = Stopwatch.GetTimestamp();
        using RawPeer after = await visit.ConnectAsync();
        await visit.ExchangeAsync(after, visit.Head("GET /after"));
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        visit.Detail = string.Create(CultureInfo.InvariantCulture, $"answered after {taken.TotalMilliseconds:0} ms");
        Demand.That(taken < (visit.Settings.IsFull ? MostTakenInFull : MostTaken), visit.Detail);
    }

    /// <summary>What a client gets while there is no back end: an answer or an end, in whatever way, but soon.</summary>
    private static async Task<string> RefusalAsync(Visit visit)
    {
        RawPeer client;
        try
        {
            client = await visit.ConnectAsync();
            await client.SayAsync(visit.Head("GET /during"));
        }
        catch (ConformanceFailedException)
        {
            // Ended before it was said.
            return "";
        }
        return Encoding.Latin1.GetString(await client.HearSomeAsync());
    }
}
