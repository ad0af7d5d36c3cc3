using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Scenarios.Cli;
using FeBeRelay.Scenarios.Processes;
using FeBeRelay.Scenarios.TwoNodes;
using Xunit;

namespace FeBeRelay.Scenarios.Faults;

/// <summary>What nodes write and say, with everything logged: no pre-shared key, password or private key is in it, in whatever form.</summary>
[Collection("two nodes")]
public sealed class SecretsScenario
{
    private const string Everything = """ "Logging": { "LogLevel": { "Default": "Trace" } }, "audit": { "path": "NODE.audit.jsonl", "success": [ "logon", "object", "policy", "clear", "system" ] }, """;

    private static readonly Conversation Greeting = new("greeting", ('C', "hello"), ('S', "hello yourself"), ('C', Conversation.End), ('S', Conversation.End));

    [Fact(Timeout = 120_000)]
    public async Task Logs_files_and_answers_of_nodes_that_share_a_key_have_none_of_their_secrets()
    {
        Tool.Require();
        using var server = new StubServer();
        await using var nodes = new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            Peer = "psk=plant7",
            NodeMore = """, "preSharedKeys": { "plant7": { "path": "NODE.psk" } }""",
            More = Everything + """
                "policy": { "assigned": "plant", "policies": { "plant": { "rules": { "all": { "action": "negotiate", "authentication": [ "psk=plant7" ] } } } } },
                """,
        };
        string[] keys = [PreSharedKeyFile.Generate(), PreSharedKeyFile.Generate()];
        WriteKey(nodes["fe1.psk"], keys[0]);
        WriteKey(nodes["be1.psk"], keys[0]);
        await nodes.StartAsync();
        Assert.Equal(("hello", "hello yourself"), await Greeting.HoldAsync(nodes.EndPoint, server));
        WriteKey(nodes["be1.psk"], keys[1]);
        await nodes.Listener.HangUpAsync();
        await nodes.Listener.WaitForAsync("no longer has pre-shared key plant7");
        string[] said =
        [
            nodes.Relay.LinesWith(""), nodes.Listener.LinesWith(""),
            await Tool.RunAsync(NodeProcess.Program, "config", "check", nodes["fe1.json"]),
            await Tool.RunAsync(NodeProcess.Program, "sa", "list", "--json", "--config", nodes["fe1.json"]),
            await Tool.RunAsync(NodeProcess.Program, "policy", "show", "--config", nodes["fe1.json"]),
            await Tool.RunAsync(NodeProcess.Program, "audit", "show", "--config", nodes["fe1.json"]),
        ];

        string[] secrets = [.. keys.SelectMany(Forms), .. new[] { "fe1.key", "be1.key" }.SelectMany(file => FormsOf(File.ReadAllText(nodes[file])))];
        Assert.All(said, text => Assert.NotEqual("", text));
        AssertHasNone(said, secrets);
        string[] files = [.. Directory.EnumerateFiles(nodes[""], "*", SearchOption.AllDirectories)];
        Assert.Contains(nodes["be1.audit.jsonl"], files);
        AssertHasNone(files.Where(file => Path.GetExtension(file) is not (".key" or ".psk" or ".lock" or ".sock")).Select(ReadShared), secrets);
        // The search finds what is there.
        Assert.All(files.Where(file => Path.GetExtension(file) is ".key" or ".psk"), file => Assert.Contains(secrets, secret => File.ReadAllText(file).Contains(secret, StringComparison.Ordinal)));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_password_of_a_pkcs12_file_is_not_said_whether_it_fits_or_not(bool fits)
    {
        const string Password = "Zebra-7751-crossing";
        using Site site = await Site.CreateAsync();
        using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(site["be1.lab.test.pem"], site["be1.lab.test.key"]);
        OwnerOnlyFile.Create(site["be1.p12"], certificate.Export(X509ContentType.Pkcs12, fits ? Password : "another"), isSecret: true);
        OwnerOnlyFile.Create(site["be1.password"], Encoding.ASCII.GetBytes(Password + "\n"), isSecret: true);
        site.Write("be1.json", """
            {
              "node": { "certificate": { "path": "be1.p12", "passwordFile": "be1.password" }, "trustedRoots": [ "ca.pem" ] },
              "listener": { "listen": [ "127.0.0.1:0" ], "services": { "owa": { "backEnd": "127.0.0.1:9", "peers": [ "fe1.lab.test" ] } } },
              "Logging": { "LogLevel": { "Default": "Trace" } }
            }
            """);
        using var node = new RunningProgram("run", "--config", site["be1.json"]);
        if (fits)
        {
            await node.WaitForAsync("Node be1.lab.test started");
            await node.TerminateAsync();
        }

        Transcript end = await node.EndAsync();
        Transcript check = await site.RunAsync("config check {}/be1.json");

        Assert.Equal(fits, end.Code == 0);
        Assert.Equal(fits, check.Code == 0);
        AssertHasNone([end.Error, end.Output, check.Error, check.Output], [Password, .. FormsOf(await File.ReadAllTextAsync(site["be1.lab.test.key"], TestContext.Current.CancellationToken))]);
    }

    private static void AssertHasNone(IEnumerable<string> texts, string[] secrets) =>
        Assert.All(texts, text => Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase)));

    /// <summary>A key as it stands in its file, and its bytes as people write bytes.</summary>
    private static IEnumerable<string> Forms(string key)
    {
        string text = key.Trim().Split(' ')[^1];
        byte[] bytes = Convert.FromBase64String(text);
        return [text[..40], Convert.ToHexString(bytes), BitConverter.ToString(bytes)];
    }

    /// <summary>The secret number of a private key, and the line of its file that has most of it.</summary>
    private static IEnumerable<string> FormsOf(string pem)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        byte[] number = key.ExportParameters(includePrivateParameters: true).D!;
        return [Convert.ToHexString(number), BitConverter.ToString(number), Convert.ToBase64String(number)[..40], pem.Split('\n')[1][..60]];
    }

    private static string ReadShared(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.Latin1);
        return file.ReadToEnd();
    }

    private static void WriteKey(string path, string key) => CertificateFiles.Replace(path, Encoding.ASCII.GetBytes(key), isSecret: true);
}
