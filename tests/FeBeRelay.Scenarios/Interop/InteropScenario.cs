using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Interop;

/// <summary>
/// An implementation in another language, written from docs/protocol.md alone, talks to the real executable in both roles: main mode, quick mode,
/// two streams in a row with key updates, close; quick mode alone on a second connection; an association that the listener does not know.
/// </summary>
[Collection("two nodes")]
public sealed class InteropScenario
{
    [Theory(Timeout = 90_000)]
    [InlineData("aes256-gcm", "p256", "--second-connection")]
    [InlineData("aes128-gcm", "p256")]
    [InlineData("aes256-gmac", "p384")]
    [InlineData("aes256-gcm", "p384", "--unknown-first")]
    public async Task It_dials_a_listener_and_two_streams_in_a_row_are_echoed(string suite, string group, string? more = null)
    {
        await SecondImplementation.RequireAsync();
        using var second = new SecondImplementation();
        using var echo = new StubServer();
        _ = echo.ServeAsync(EchoAsync);
        await using NodeProcess listener = StartListener(second, echo);
        int port = IPEndPoint.Parse(await listener.WaitForAsync(@"Node port open on (\S+)")).Port;

        using Process python = second.Start("connect", port, "be1.lab.test", ["--suite", suite, "--group", group, "--streams", "2", .. more is null ? [] : (string[])[more]]);
        (IReadOnlyList<JsonElement> steps, int exitCode) = await SecondImplementation.EndAsync(python);

        Assert.True(exitCode == 0, string.Join('\n', steps));
        Assert.Equal(more == "--second-connection" ? 4 : 2, Count(steps, "stream"));
        Assert.Equal(more == "--second-connection" ? 2 : 1, Count(steps, "closed"));
        Assert.Equal(1, Count(steps, "main mode"));
        JsonElement mainMode = steps.Single(step => NameOf(step) == "main mode");
        Assert.Equal((suite, group), (mainMode.GetProperty("suite").GetString(), mainMode.GetProperty("group").GetString()));
        await listener.WaitForAsync("Channel .* ended after 2 streams: .*, closed");
    }

    [Fact(Timeout = 90_000)]
    public async Task Without_a_share_it_is_refused_with_a_code_that_it_can_verify()
    {
        await SecondImplementation.RequireAsync();
        using var second = new SecondImplementation();
        using var echo = new StubServer();
        await using NodeProcess listener = StartListener(second, echo);
        int port = IPEndPoint.Parse(await listener.WaitForAsync(@"Node port open on (\S+)")).Port;

        using Process python = second.Start("connect", port, "be1.lab.test", "--no-pfs");
        (IReadOnlyList<JsonElement> steps, int exitCode) = await SecondImplementation.EndAsync(python);

        Assert.Equal(1, exitCode);
        Assert.Equal("refuse: negotiation_failed", steps[^1].GetProperty("message").GetString());
    }

    [Fact(Timeout = 90_000)]
    public async Task It_is_dialled_and_serves_two_connections_on_one_channel_until_the_relay_closes()
    {
        await SecondImplementation.RequireAsync();
        using var second = new SecondImplementation();
        using Process python = second.Start("listen", 0, "fe1.lab.test", "--connections", "1");
        int port = (await SecondImplementation.NextStepAsync(python)).GetProperty("port").GetInt32();
        string configuration = second.WriteConfiguration("fe1", $$"""
            "Logging": { "LogLevel": { "FeBeRelay.Relay": "Debug" } },
            "nodes": { "py": { "address": "127.0.0.1:{{port}}", "identity": "{{SecondImplementation.Name}}" } },
            "relay": { "endpoints": { "echo": { "listen": "127.0.0.1:0", "node": "py", "service": "echo" } } }
            """);
        await using var relay = new NodeProcess(configuration);
        IPEndPoint endPoint = IPEndPoint.Parse(await relay.WaitForAsync(@"Relay endpoint echo open on (\S+)"));

        for (int i = 1; i <= 2; i++)
        {
            using Socket client = await Wire.ConnectAsync(endPoint);
            await client.SayAsync("hello");
            Assert.Equal("hello", await client.HearAsync(5));
            client.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
            await relay.WaitForAsync($"stream {i} of channel .*, ended");
        }
        await relay.TerminateAsync();

        Assert.Equal(0, await relay.EndAsync());
        (IReadOnlyList<JsonElement> steps, int exitCode) = await SecondImplementation.EndAsync(python);
        Assert.True(exitCode == 0, string.Join('\n', steps));
        Assert.Equal(1, Count(steps, "quick mode"));
        Assert.Equal(2, Count(steps, "stream"));
        Assert.Equal(1, Count(steps, "closed"));
    }

    [Theory(Timeout = 90_000)]
    [InlineData("aes256-gcm")]
    [InlineData("aes128-gcm")]
    public async Task By_a_pre_shared_key_it_dials_a_listener_and_is_dialled(string suite)
    {
        await SecondImplementation.RequireAsync();
        using var second = new SecondImplementation();
        using var echo = new StubServer();
        _ = echo.ServeAsync(EchoAsync);
        CertificateFiles.Write(second["plant7.psk"], PreSharedKeyFile.Generate(), isSecret: true);
        string[] option = ["--suite", suite, "--psk", $"plant7={second["plant7.psk"]}"];
        const string Node = """, "preSharedKeys": { "plant7": { "path": "plant7.psk" } }""";
        string policy = $$""" "policy": { "assigned": "p", "policies": { "p": { "rules": { "all": { "action": "negotiate", "suites": [ "{{suite}}" ], "authentication": [ "psk=plant7" ] } } } } }, """;

        await using var listener = new NodeProcess(second.WriteConfiguration("be1", policy + $$"""
            "listener": { "listen": [ "127.0.0.1:0" ], "services": { "echo": { "backEnd": "{{echo.EndPoint}}", "peers": [ "psk=plant7" ] } } }
            """, Node));
        int port = IPEndPoint.Parse(await listener.WaitForAsync(@"Node port open on (\S+)")).Port;
        using Process dialling = second.Start("connect", port, "psk=plant7", [.. option, "--second-connection"]);
        (IReadOnlyList<JsonElement> steps, int exitCode) = await SecondImplementation.EndAsync(dialling);
        Assert.True(exitCode == 0, string.Join('\n', steps));
        Assert.Equal(4, Count(steps, "stream"));

        using Process dialled = second.Start("listen", 0, "psk=plant7", [.. option, "--connections", "1"]);
        port = (await SecondImplementation.NextStepAsync(dialled)).GetProperty("port").GetInt32();
        await using var relay = new NodeProcess(second.WriteConfiguration("fe1", policy + $$"""
            "nodes": { "py": { "address": "127.0.0.1:{{port}}", "identity": "{{SecondImplementation.Name}}" } },
            "relay": { "endpoints": { "echo": { "listen": "127.0.0.1:0", "node": "py", "service": "echo" } } }
            """, Node));
        using Socket client = await Wire.ConnectAsync(IPEndPoint.Parse(await relay.WaitForAsync(@"Relay endpoint echo open on (\S+)")));
        await client.SayAsync("hello");
        Assert.Equal("hello", await client.HearAsync(5));
    }

    [Fact(Timeout = 90_000)]
    public async Task By_Kerberos_it_dials_a_listener_and_is_dialled()
    {
        Tool.Require("krb5kdc", "kadmin.local");
        await SecondImplementation.RequireAsync("gssapi", "python3-gssapi");
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync();
        using var second = new SecondImplementation { Environment = realm.NodeEnvironment };
        using var echo = new StubServer();
        _ = echo.ServeAsync(EchoAsync);
        foreach (string node in (string[])["fe1", "be1", "py"])
        {
            await realm.AddNodeAsync($"feberelay/{node}.lab.test", second[$"{node}.keytab"]);
        }
        const string Policy = """ "policy": { "assigned": "p", "policies": { "p": { "rules": { "all": { "action": "negotiate", "authentication": [ "kerberos" ] } } } } }, """;

        await using var listener = new NodeProcess(
            second.WriteConfiguration("be1", Policy + $$"""
                "listener": { "listen": [ "127.0.0.1:0" ], "services": { "echo": { "backEnd": "{{echo.EndPoint}}", "peers": [ "krb=feberelay/py.lab.test@FEBE.TEST" ] } } }
                """, """, "kerberos": { "keytab": "be1.keytab" }"""),
            environment: realm.NodeEnvironment);
        int port = IPEndPoint.Parse(await listener.WaitForAsync(@"Node port open on (\S+)")).Port;
        using Process dialling = second.Start("connect", port, "krb=feberelay/be1.lab.test", "--kerberos", "--second-connection");
        (IReadOnlyList<JsonElement> steps, int exitCode) = await SecondImplementation.EndAsync(dialling);
        Assert.True(exitCode == 0, string.Join('\n', steps));
        Assert.Equal(4, Count(steps, "stream"));

        using Process dialled = second.Start("listen", 0, "krb=feberelay/fe1.lab.test@FEBE.TEST", "--kerberos", "--connections", "1");
        port = (await SecondImplementation.NextStepAsync(dialled)).GetProperty("port").GetInt32();
        await using var relay = new NodeProcess(
            second.WriteConfiguration("fe1", Policy + $$"""
                "nodes": { "py": { "address": "127.0.0.1:{{port}}", "identity": "{{SecondImplementation.Name}}" } },
                "relay": { "endpoints": { "echo": { "listen": "127.0.0.1:0", "node": "py", "service": "echo" } } }
                """, """, "kerberos": { "keytab": "fe1.keytab" }"""),
            environment: realm.NodeEnvironment);
        using Socket client = await Wire.ConnectAsync(IPEndPoint.Parse(await relay.WaitForAsync(@"Relay endpoint echo open on (\S+)")));
        await client.SayAsync("hello");
        Assert.Equal("hello", await client.HearAsync(5));
    }

    private static NodeProcess StartListener(SecondImplementation second, StubServer backEnd) => new(second.WriteConfiguration("be1", $$"""
        "listener": {
          "listen": [ "127.0.0.1:0" ],
          "services": { "echo": { "backEnd": "{{backEnd.EndPoint}}", "peers": [ "{{SecondImplementation.Name}}" ] } }
        }
        """));

    private static async Task EchoAsync(Socket socket)
    {
        var buffer = new byte[65_536];
        for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
        {
            await socket.SendAsync(buffer.AsMemory(0, count));
        }
        socket.Shutdown(SocketShutdown.Send);
    }

    private static int Count(IEnumerable<JsonElement> steps, string name) => steps.Count(step => NameOf(step) == name);

    private static string? NameOf(JsonElement step) => step.GetProperty("step").GetString();
}
