using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using FeBeRelay.Scenarios.Cli;
using FeBeRelay.Scenarios.Processes;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Scenarios.Certificates;

/// <summary>
/// A site begins with nothing: its authority answers on a port, two new nodes bring one token each, make their own keys, run, and renew. No key is ever
/// copied, and who has no token, or a used one, gets nothing. All of it is in the authority's log.
/// </summary>
[Collection("two nodes")]
public sealed class EnrollmentScenario : IDisposable
{
    private readonly CertificateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 180_000)]
    public async Task Two_nodes_are_enrolled_from_nothing_renew_and_serve_a_page()
    {
        Tool.Require();
        await RunAsync(0, "init", "--directory", _folder["ca"], "--name", "Site");
        using RunningProgram server = Serve();
        string address = await AddressAsync(server);
        string be1 = await TokenAsync("be1.lab.test");
        string fe1 = await TokenAsync("fe1.lab.test", "--ou", "Front Ends", "--days", "30");

        Transcript enrolled = await RunAsync(0, "enroll", address, "--token-file", be1, "--directory", _folder["be1"]);
        Assert.Equal([_folder["be1/be1.lab.test.pem"], _folder["be1/be1.lab.test.key"], _folder["be1/ca.pem"]], Lines(enrolled.Output));
        using (var program = new RunningProgram(new Dictionary<string, string> { ["FEBERELAY_TOKEN"] = await TextAsync(fe1) }, "certs", "enroll", address, "--directory", _folder["fe1"]))
        {
            Transcript end = await program.EndAsync();
            Assert.True(end.Code == 0, end.Error);
        }
        Assert.Equal("600", (await Tool.RunAsync("stat", "-c", "%a", _folder["fe1/fe1.lab.test.key"])).Trim());
        Assert.Equal(await TextAsync(_folder["ca/ca.pem"]), await TextAsync(_folder["fe1/ca.pem"]));
        await RunAsync(0, "show", _folder["fe1/fe1.lab.test.pem"]);
        string firstKey = await TextAsync(_folder["fe1/fe1.lab.test.key"]);
        await RunAsync(0, "renew", "fe1.lab.test", "--from", address, "--directory", _folder["fe1"]);
        Assert.NotEqual(firstKey, await TextAsync(_folder["fe1/fe1.lab.test.key"]));

        Assert.Equal("a page", await FetchAsync());

        await server.TerminateAsync();
        Transcript log = await server.EndAsync();
        Assert.True(log.Code == 0, log.Error);
        JsonElement[] audit = [.. (await File.ReadAllLinesAsync(_folder["ca/audit/ca.jsonl"], TestContext.Current.CancellationToken)).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["be1.lab.test", "fe1.lab.test"], audit.Where(line => Id(line) == 9085).Select(line => line.GetProperty("peerIdentity")[0].GetString()));
        Assert.Equal("fe1.lab.test", Assert.Single(audit, line => Id(line) == 9086).GetProperty("peerIdentity")[0].GetString());
        using var verify = new RunningProgram("audit", "verify", _folder["ca/audit/ca.jsonl"], "--certificate", _folder["ca/ca.pem"]);
        Assert.Equal(0, (await verify.EndAsync()).Code);
        await AssertKeptSecretAsync(log.Error + await TextAsync(_folder["ca/audit/ca.jsonl"]) + enrolled.Output + enrolled.Error, be1, fe1);
    }

    [Fact(Timeout = 180_000)]
    public async Task Who_has_no_token_or_a_used_one_gets_nothing_and_a_revoked_node_is_not_renewed()
    {
        Tool.Require();
        await RunAsync(0, "init", "--directory", _folder["ca"], "--name", "Site");
        await RunAsync(0, "init", "--directory", _folder["other"], "--name", "Site");
        using RunningProgram server = Serve();
        string address = await AddressAsync(server);
        string fe1 = await TokenAsync("fe1.lab.test");
        await RunAsync(0, "token", "fe1.lab.test", "--directory", _folder["other"], "--out", _folder["other/fe1.lab.test.token"]);

        // Another authority's token, and one that is no token: nothing is made.
        Transcript strange = await RunAsync(5, "enroll", address, "--token-file", _folder["other/fe1.lab.test.token"], "--directory", _folder["fe1"]);
        Assert.Contains("the token was not sent", strange.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["fe1"]));
        Transcript none = await RunAsync(1, "enroll", address, "--directory", _folder["fe1"]);
        Assert.Contains("no token: name its file", none.Error, StringComparison.Ordinal);
        await Tool.RunAsync("cp", fe1, _folder["copy"]);
        await Tool.RunAsync("chmod", "644", _folder["copy"]);
        Assert.Contains("chmod 600", (await RunAsync(1, "enroll", address, "--token-file", _folder["copy"], "--directory", _folder["fe1"])).Error, StringComparison.Ordinal);

        // Many at once with one token.
        Transcript[] ends = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => EndAsync("enroll", address, "--token-file", fe1, "--directory", _folder[$"at-once-{i}"])));
        int winner = Array.FindIndex(ends, end => end.Code == 0) + 1;
        Assert.Equal([0, 5, 5, 5], ends.Select(end => end.Code).Order());
        Assert.Equal(3, ends.Count(end => end.Error.Contains("the token was used already", StringComparison.Ordinal)));
        Assert.Equal([$"at-once-{winner}"], Directory.GetFiles(_folder.Path, "*.key", SearchOption.AllDirectories).Where(file => file.Contains("at-once", StringComparison.Ordinal)).Select(file => Path.GetFileName(Path.GetDirectoryName(file))));

        // What was given out can be taken back, by the copy that the authority has.
        await RunAsync(0, "revoke", Assert.Single(Directory.GetFiles(_folder["ca/issued"])), "--directory", _folder["ca"]);
        Transcript renewal = await RunAsync(5, "renew", "fe1.lab.test", "--from", address, "--directory", _folder[$"at-once-{winner}"]);
        Assert.Contains("was revoked by its authority", renewal.Error, StringComparison.Ordinal);
        await server.TerminateAsync();
        Assert.Equal(0, (await server.EndAsync()).Code);
        Transcript silent = await RunAsync(4, "enroll", address, "--token-file", await TokenAsync("fe2.lab.test"), "--directory", _folder["fe2"]);
        Assert.Contains("is feberelay certs serve running there", silent.Error, StringComparison.Ordinal);
        string audit = await TextAsync(_folder["ca/audit/ca.jsonl"]);
        Assert.Equal(3, audit.Split("\"error\":\"TokenUsed\"").Length - 1);
        Assert.Contains("\"error\":\"Revoked\"", audit, StringComparison.Ordinal);
    }

    /// <summary>EST is a standard: others' clients are served too, which check the server's name and send what their requests hold.</summary>
    [Fact(Timeout = 180_000)]
    public async Task Openssl_and_curl_enrol_a_node_too()
    {
        Tool.Require("openssl", "curl");
        await RunAsync(0, "init", "--directory", _folder["ca"], "--name", "Site");
        using RunningProgram server = Serve();
        string address = await AddressAsync(server);
        string secret = Secret(await TextAsync(await TokenAsync("fe1.lab.test")));
        await Tool.RunAsync("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=fe1.lab.test", "-addext", "subjectAltName=DNS:fe1.lab.test", "-keyout", _folder["fe1.key"], "-outform", "DER", "-out", _folder["fe1.der"]);
        await Tool.RunAsync("openssl", "base64", "-in", _folder["fe1.der"], "-out", _folder["fe1.b64"]);
        _folder.WriteSecret("curl", $"user = \"fe1.lab.test:{secret}\"");

        string answer = await Tool.RunAsync("curl", "-sSf", "--cacert", _folder["ca/ca.pem"], "--config", _folder["curl"], "-H", "Content-Type: application/pkcs10", "--data-binary", $"@{_folder["fe1.b64"]}", $"{address}/.well-known/est/simpleenroll");

        _folder.Write("fe1.p7", "-----BEGIN PKCS7-----", answer.Trim(), "-----END PKCS7-----", "");
        await Tool.RunAsync("openssl", "pkcs7", "-in", _folder["fe1.p7"], "-print_certs", "-out", _folder["fe1.pem"]);
        await Tool.RunAsync("openssl", "verify", "-CAfile", _folder["ca/ca.pem"], _folder["fe1.pem"]);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(_folder["fe1.pem"]);
        Assert.True(certificate.MatchesHostname("fe1.lab.test"));
    }

    private static int Id(JsonElement line) => line.GetProperty("id").GetInt32();

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Task<string> TextAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private static string Secret(string token) => Relay.Enrollment.EnrollmentToken.Parse(token, "the token").Secret;

    private static async Task<Transcript> EndAsync(params string[] arguments)
    {
        using var program = new RunningProgram(["certs", .. arguments]);
        return await program.EndAsync();
    }

    private static async Task<Transcript> RunAsync(int code, params string[] arguments)
    {
        Transcript end = await EndAsync(arguments);
        Assert.True(end.Code == code, $"ended with {end.Code}: {end.Error}");
        return end;
    }

    private static async Task<string> AddressAsync(RunningProgram server)
    {
        string line = await server.WaitForAsync("Certificates are given out on");
        return line.Split(' ').Single(word => word.StartsWith("https://", StringComparison.Ordinal)).TrimEnd('/');
    }

    private RunningProgram Serve() => new("certs", "serve", "--listen", "127.0.0.1:0", "--directory", _folder["ca"]);

    private async Task<string> TokenAsync(string node, params string[] more)
    {
        string file = _folder[$"{node}.token"];
        Transcript made = await RunAsync(0, ["token", node, "--directory", _folder["ca"], "--out", file, .. more]);
        Assert.Equal([file], Lines(made.Output));
        Assert.DoesNotContain(Secret(await TextAsync(file)), made.Error, StringComparison.Ordinal);
        return file;
    }

    private async Task AssertKeptSecretAsync(string said, params string[] tokens)
    {
        foreach (string token in tokens)
        {
            string text = await TextAsync(token);
            Assert.DoesNotContain(text.Trim(), said, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret(text), said, StringComparison.Ordinal);
            Assert.DoesNotContain(Directory.GetFiles(_folder["ca/tokens"]), file => File.ReadAllText(file).Contains(Secret(text), StringComparison.Ordinal));
        }
        Assert.DoesNotContain("PRIVATE KEY", said, StringComparison.Ordinal);
        Assert.Equal(["be1.lab.test.key", "ca.key", "fe1.lab.test.key"], Directory.GetFiles(_folder.Path, "*.key", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
    }

    /// <summary>A page from behind be1, through both nodes with the files that they were enrolled with.</summary>
    private async Task<string> FetchAsync()
    {
        using var server = new StubServer();
        _ = server.ServeAsync(async socket =>
        {
            await socket.ReceiveAsync(new byte[1_000]);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\na page"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
        });
        await using var listener = new NodeProcess(Configure("be1", $$"""
            "listener": { "listen": [ "127.0.0.1:0" ], "services": { "owa": { "backEnd": "{{server.EndPoint}}", "peers": [ "ou=Front Ends" ] } } }
            """));
        IPEndPoint port = IPEndPoint.Parse(await listener.WaitForAsync(@"Node port open on (\S+)"));
        await using var relay = new NodeProcess(Configure("fe1", $$"""
            "nodes": { "be1": { "address": "{{port}}", "identity": "be1.lab.test" } },
            "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:0", "node": "be1", "service": "owa" } } }
            """));
        string endPoint = await relay.WaitForAsync(@"Relay endpoint owa open on (\S+)");
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://{endPoint}/"), TestContext.Current.CancellationToken);
    }

    private string Configure(string node, string rest) => _folder.Write($"{node}/{node}.json", $$"""
        { "node": { "certificate": { "path": "{{node}}.lab.test.pem", "keyPath": "{{node}}.lab.test.key" }, "trustedRoots": [ "ca.pem" ] }, {{rest}} }
        """);
}
