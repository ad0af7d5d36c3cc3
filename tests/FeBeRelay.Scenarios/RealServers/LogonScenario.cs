using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.RealServers;

/// <summary>
/// Apache asks people to log on by Kerberos or NTLM and takes a connection for the person who logged on to it. 50 people fetch 10,000 pages with
/// curl through an http endpoint at a time, while others break logons off half way and strangers try without one. Everybody is who they are, and a
/// logon has a back-end connection to itself that ends with the person's own.
/// </summary>
[Collection("two nodes")]
public sealed class LogonScenario : IAsyncLifetime
{
    private const int Persons = 25;
    private const int Members = 25;
    private static readonly int Requests = Load.IsFull ? 200 : 20;
    private const int Strangers = 10;
    private const int Interrupted = 60;

    // NEGOTIATE_MESSAGE of MS-NLMP 2.2.1.1, without names: what a Windows client says first.
    private const string FirstLeg = "TlRMTVNTUAABAAAAF4II4gAAAAAAAAAAAAAAAAAAAAAGAbEdAAAADw==";

    private KerberosRealm _realm = null!;
    private ApacheProcess _apache = null!;
    private NodePair _nodes = null!;

    public async ValueTask InitializeAsync()
    {
        Tool.Require("apache2", "krb5kdc", "kadmin.local", "kinit", "curl");
        Tool.Need(Environment.IsPrivilegedProcess, "Apache gives up root's rights");
        Tool.Need(ApacheProcess.HasModule("auth_gssapi"), "Apache has no mod_auth_gssapi: apt-get install -y --no-install-recommends libapache2-mod-auth-gssapi");
        Tool.Need(Directory.Exists("/etc/gss/mech.d") && File.Exists("/etc/gss/mech.d/mech.ntlmssp.conf"), "GSS-API has no NTLM: apt-get install -y --no-install-recommends gss-ntlmssp");
        _realm = await KerberosRealm.StartAsync(Persons, Members);
        _apache = await ApacheProcess.StartLogonAsync(_realm);
        _nodes = await new NodePair { BackEnd = NodePair.Text(_apache.EndPoint), IsHttp = true }.StartAsync();
    }

    [Fact(Timeout = 300_000)]
    public async Task Nobody_is_answered_under_anothers_name_and_a_logon_ends_with_its_connection()
    {
        await Task.WhenAll([
            .. Enumerable.Range(0, Persons).Select(BePersonAsync),
            .. Enumerable.Range(0, Members).Select(BeMemberAsync),
            .. Enumerable.Range(0, Strangers).Select(_ => BeStrangerAsync()),
            .. Enumerable.Range(0, Interrupted).Select(BreakOffAsync)]);

        // All connections of this scenario are bound to a logon, finished or not: none may wait for the next client.
        await EndedAsync();
        AssertOneConnectionEach();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_nodes, _apache, _realm])
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }
    }

    private async Task BePersonAsync(int number) => AssertAll(await FetchAsync(await _realm.LogOnPersonAsync(number)), $"{KerberosRealm.Person(number)}@FEBE.TEST");

    private async Task BeMemberAsync(int number) => AssertAll(await FetchAsync(_realm.LogOnMember(number)), $@"LAB\{KerberosRealm.Member(number)}");

    /// <summary>All pages one after the other on one connection; a line for each.</summary>
    private async Task<string> FetchAsync(IReadOnlyDictionary<string, string> environment)
    {
        int port = ((System.Net.IPEndPoint)_nodes.EndPoint).Port;
        return await Tool.RunAsync(
            environment, "curl", "--silent", "--show-error", "--noproxy", "*", "--negotiate", "-u", ":",
            "--resolve", string.Create(CultureInfo.InvariantCulture, $"{KerberosRealm.Host}:{port}:127.0.0.1"),
            "--output", "/dev/null", "--write-out", @"%{http_code} %header{x-user} %{num_connects}\n",
            string.Create(CultureInfo.InvariantCulture, $"http://{KerberosRealm.Host}:{port}/private/x?[1-{Requests}]"));
    }

    private static void AssertAll(string lines, string user)
    {
        string[] expected = [$"200 {user} 1", .. Enumerable.Repeat($"200 {user} 0", Requests - 1)];
        Assert.Equal(string.Join('\n', expected) + "\n", lines);
    }

    private async Task BeStrangerAsync()
    {
        for (int i = 0; i < Requests / 10; i++)
        {
            using Socket client = await ConnectAsync();
            await client.SayAsync($"GET /private/x HTTP/1.1\r\nHost: {KerberosRealm.Host}\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 401 ", await HearHeadAsync(client), StringComparison.Ordinal);
        }
    }

    /// <summary>A first leg, then a reset: at once, behind the challenge, or behind a third leg that nobody could have made.</summary>
    private async Task BreakOffAsync(int number)
    {
        using Socket client = await ConnectAsync();
        await client.SayAsync($"GET /private/x HTTP/1.1\r\nHost: {KerberosRealm.Host}\r\nAuthorization: Negotiate {FirstLeg}\r\n\r\n");
        if (number % 3 > 0)
        {
            string head = await HearHeadAsync(client);
            Assert.StartsWith("HTTP/1.1 401 ", head, StringComparison.Ordinal);
            Assert.Contains("WWW-Authenticate: Negotiate TlRMTVNTUAAC", head, StringComparison.Ordinal);
        }
        if (number % 3 > 1)
        {
            await client.SayAsync($"GET /private/x HTTP/1.1\r\nHost: {KerberosRealm.Host}\r\nAuthorization: Negotiate TlRMTVNTUAADAAAA\r\n\r\n");
        }
        client.Reset();
    }

    private Task<Socket> ConnectAsync() => Wire.ConnectAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, ((System.Net.IPEndPoint)_nodes.EndPoint).Port));

    private static async Task<string> HearHeadAsync(Socket client)
    {
        var head = new StringBuilder();
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            string some = await client.HearAsync(1);
            Assert.NotEqual("", some);
            head.Append(some);
        }
        return head.ToString();
    }

    /// <summary>Waits until no connection to Apache is open any more.</summary>
    private async Task EndedAsync()
    {
        while (IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Any(c => c.State == TcpState.Established && c.RemoteEndPoint.Equals(_apache.EndPoint)))
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Apache's own log: each user was on one connection, and each connection was one user's.</summary>
    private void AssertOneConnectionEach()
    {
        (string Port, string User)[] answered = [.. _apache.AccessLog.Select(l => l.Split(' ')).Where(l => l[^1] == "200").Select(l => (l[0], l[1]))];
        Assert.Equal((Persons + Members) * Requests, answered.Length);
        Assert.Equal(Persons + Members, answered.Distinct().Count());
        Assert.Equal(Persons + Members, answered.Select(a => a.Port).Distinct().Count());
        Assert.Equal(Persons + Members, answered.Select(a => a.User).Distinct().Count());
    }
}
