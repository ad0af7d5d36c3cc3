using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>Two nodes authenticate by Kerberos with a real KDC (docs/protocol.md 2.13); and each way in which that fails is told by both, in words.</summary>
[Collection("two nodes")]
public sealed class KerberosScenario
{
    private const string Fe = "feberelay/fe1.lab.test";
    private const string Be = "feberelay/be1.lab.test";

    private static readonly Conversation Greeting = new(
        "greeting", ('C', "hello"), ('S', "hello yourself"), ('C', Conversation.End), ('S', Conversation.End));

    [Fact(Timeout = 120_000)]
    public async Task Nodes_of_a_realm_serve_and_say_nothing_of_tickets_and_keys()
    {
        RequireKerberos();
        using var server = new StubServer();
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync();
        await using NodePair nodes = await PairAsync(realm, server, """ "Logging": { "LogLevel": { "Default": "Trace" } }, """ + PolicyOf("kerberos"));
        await nodes.StartAsync();

        Assert.Equal(("hello", "hello yourself"), await Greeting.HoldAsync(nodes.EndPoint, server));
        await nodes.Relay.WaitForAsync("Association .* made as Initiator .*krb=feberelay/be1.lab.test ");
        await nodes.Listener.WaitForAsync("Association .* made as Responder .*krb=feberelay/fe1.lab.test@FEBE.TEST");
        Assert.Equal("kerberos", (await EventAsync(nodes, "be1", 541)).GetProperty("authentication").GetString());

        string[] secrets = [.. new[] { "fe1.keytab", "be1.keytab" }.SelectMany(file => KeysOf(File.ReadAllBytes(nodes[file])))];
        Assert.Equal(8, secrets.Length);
        string[] said = [nodes.Relay.LinesWith(""), nodes.Listener.LinesWith(""), .. new[] { "audit/fe1.jsonl", "audit/be1.jsonl" }.Select(file => ReadShared(nodes[file]))];
        Assert.All(said, text => Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>By the order of the node that dials, what the other allows and can do.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData("kerberos certificate", "certificate kerberos", "kerberos", "krb=feberelay/fe1.lab.test@FEBE.TEST")]
    [InlineData("kerberos certificate", "certificate psk=plant7", "certificate", "fe1.lab.test")]
    [InlineData("psk=plant7 kerberos", "kerberos psk=plant7", "psk=plant7", "psk=plant7")]
    [InlineData("psk=plant7 kerberos certificate", "certificate kerberos", "kerberos", "krb=feberelay/fe1.lab.test@FEBE.TEST")]
    public async Task Ways_to_authenticate_are_taken_in_order(string dialling, string allowed, string taken, string name)
    {
        RequireKerberos();
        using var server = new StubServer();
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync();
        await using NodePair nodes = await PairAsync(realm, server, PolicyOf(dialling, allowed));
        await nodes.StartAsync();

        Assert.Equal(("hello", "hello yourself"), await Greeting.HoldAsync(nodes.EndPoint, server));

        JsonElement made = await EventAsync(nodes, "be1", 541);
        Assert.Equal((taken, name), (made.GetProperty("authentication").GetString(), made.GetProperty("peerIdentity")[0].GetString()));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_principal_that_no_service_is_for_is_told_so()
    {
        RequireKerberos();
        using var server = new StubServer();
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync();
        await using NodePair nodes = await PairAsync(realm, server, PolicyOf("kerberos"), fe: "feberelay/other.lab.test");
        await nodes.StartAsync();

        await AssertRefusedAsync(nodes);

        Assert.Contains("no service is for krb=feberelay/other.lab.test@FEBE.TEST", Reason(await EventAsync(nodes, "be1", 545)), StringComparison.Ordinal);
        Assert.Equal("not_authorised", (await EventAsync(nodes, "fe1", 545)).GetProperty("code").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_principal_with_capitals_is_none_of_a_node()
    {
        RequireKerberos();
        using var server = new StubServer();
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync();
        await using NodePair nodes = await PairAsync(realm, server, PolicyOf("kerberos"), fe: "feberelay/FE1.lab.test");

        await AssertListenerRefusesAsync(nodes, "feberelay/FE1.lab.test@FEBE.TEST is none that a node may have");
    }

    [Theory(Timeout = 120_000)]
    [InlineData("-20m", "Clock skew too great; set the clocks")]
    [InlineData("-3h", "Ticket expired; the ticket is over by this node's clock")]
    public async Task Clocks_that_differ(string clock, string reason)
    {
        RequireKerberos();
        using var server = new StubServer();
        // The dialling node goes by the clock of its KDC, the other by its own.
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync(clock: clock);
        await using NodePair nodes = await PairAsync(realm, server, PolicyOf("kerberos"));

        await AssertListenerRefusesAsync(nodes, reason);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_keytab_that_is_older_than_the_services_key()
    {
        RequireKerberos();
        using var server = new StubServer();
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync();
        await using NodePair nodes = await PairAsync(realm, server, PolicyOf("kerberos"));
        await realm.ChangeKeyAsync(Be);

        await AssertListenerRefusesAsync(nodes, "the keytab has not the key that the ticket is for");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_listener_of_another_realm()
    {
        RequireKerberos();
        using var server = new StubServer();
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync();
        await using KerberosRealm other = await KerberosRealm.StartForNodesAsync("OTHER.TEST");
        await using NodePair nodes = await PairAsync(realm, server, PolicyOf("kerberos"), beRealm: other);
        // The dialling node's realm believes that it has such a service.
        await realm.AddNodeAsync(Be, nodes["unused.keytab"]);

        await AssertListenerRefusesAsync(nodes, "feberelay/be1.lab.test@FEBE.TEST not found in keytab");
    }

    [Fact(Timeout = 120_000)]
    public async Task No_ticket_for_a_service_that_the_realm_has_not_and_none_without_the_KDC()
    {
        RequireKerberos();
        using var server = new StubServer();
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync();
        await using NodePair nodes = await PairAsync(realm, server, PolicyOf("kerberos"), service: "feberelay/nobody.lab.test");
        await nodes.StartAsync();

        await AssertRefusedAsync(nodes);

        JsonElement told = await EventAsync(nodes, "fe1", 547);
        Assert.Equal(("me", "NoTicket"), (told.GetProperty("failurePoint").GetString(), told.GetProperty("error").GetString()));
        Assert.Contains("no Kerberos ticket for feberelay/nobody.lab.test: ", Reason(told), StringComparison.Ordinal);
        Assert.Contains("not found in Kerberos database", Reason(told), StringComparison.Ordinal);
        Assert.Equal("peer", (await EventAsync(nodes, "be1", 547)).GetProperty("failurePoint").GetString());

        await realm.StopAsync();
        await AssertRefusedAsync(nodes);
        Assert.Contains("; see that the KDC of krb5.conf runs", Reason(await EventAsync(nodes, "fe1", 547, one => !Reason(one).Contains("not found", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_ticket_that_is_over_at_the_node_that_dials()
    {
        RequireKerberos();
        using var server = new StubServer();
        await using KerberosRealm realm = await KerberosRealm.StartForNodesAsync(clock: "-3h");
        await using NodePair nodes = await PairAsync(realm, server, PolicyOf("kerberos"), cache: true);
        await realm.LogOnNodeAsync(Fe, nodes["fe1.keytab"], nodes["fe1.cc"]);
        await nodes.StartAsync();

        await AssertRefusedAsync(nodes);

        JsonElement told = await EventAsync(nodes, "fe1", 547);
        Assert.Equal("NoTicket", told.GetProperty("error").GetString());
        Assert.Contains("expired", Reason(told), StringComparison.Ordinal);
        Assert.Equal("peer", (await EventAsync(nodes, "be1", 547)).GetProperty("failurePoint").GetString());
    }

    private static void RequireKerberos() => Tool.Require("krb5kdc", "kadmin.local", "kinit", "faketime");

    /// <param name="realm">Of the dialling node, and of both where the other has none of its own.</param>
    /// <param name="server">The application's server.</param>
    /// <param name="more">Policy, and further sections.</param>
    /// <param name="fe">The dialling node's principal.</param>
    /// <param name="beRealm">The listener's realm.</param>
    /// <param name="service">What the dialling node asks a ticket for; null for what follows from the peer's name.</param>
    /// <param name="cache">Whether the dialling node has a ticket in fe1.cc, and no keytab.</param>
    private static async Task<NodePair> PairAsync(
        KerberosRealm realm, StubServer server, string more, string fe = Fe, KerberosRealm? beRealm = null, string? service = null, bool cache = false)
    {
        NodePair? nodes = null;
        nodes = new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            Peer = $"krb={Fe}@FEBE.TEST\", \"psk=plant7\", \"fe1.lab.test",
            NodeMore = """, "preSharedKeys": { "plant7": { "path": "plant7.psk" } }, "kerberos": { """ + (cache ? "\"enabled\": true" : "\"keytab\": \"NODE.keytab\"") + "}",
            PeerMore = service is null ? "" : $", \"kerberosService\": \"{service}\"",
            More = more,
            Environment = node => node == "be1"
                ? new Dictionary<string, string>((beRealm ?? realm).NodeEnvironment) { ["KRB5_KTNAME"] = $"FILE:{nodes!["be1.keytab"]}" }
                : new Dictionary<string, string>(realm.NodeEnvironment) { ["KRB5CCNAME"] = $"FILE:{nodes!["fe1.cc"]}" },
        };
        await realm.AddNodeAsync(fe, nodes["fe1.keytab"]);
        await (beRealm ?? realm).AddNodeAsync(Be, nodes["be1.keytab"]);
        CertificateFiles.Replace(nodes["plant7.psk"], System.Text.Encoding.ASCII.GetBytes(PreSharedKeyFile.Generate()), isSecret: true);
        return nodes;
    }

    /// <summary>A policy for each node, with the methods of one or of both.</summary>
    private static string PolicyOf(string fe, string? be = null) => $$"""
        "policy": { "assigned": "NODE", "policies": {
          "fe1": { "rules": { "all": { "action": "negotiate", "authentication": [ {{List(fe)}} ] } } },
          "be1": { "rules": { "all": { "action": "negotiate", "authentication": [ {{List(be ?? fe)}} ] } } }
        } },
        """;

    private static string List(string methods) => string.Join(", ", methods.Split(' ').Select(method => $"\"{method}\""));

    private static async Task AssertListenerRefusesAsync(NodePair nodes, string reason)
    {
        await nodes.StartAsync();
        await AssertRefusedAsync(nodes);

        JsonElement refused = await EventAsync(nodes, "be1", 544);
        Assert.Equal(("me", "IdentityRefused"), (refused.GetProperty("failurePoint").GetString(), refused.GetProperty("error").GetString()));
        Assert.Contains(reason, Reason(refused), StringComparison.Ordinal);
        // Before it is authenticated, the other is told the same of everything.
        JsonElement told = await EventAsync(nodes, "fe1", 547);
        Assert.Equal(("peer", "AlertedByPeer"), (told.GetProperty("failurePoint").GetString(), told.GetProperty("error").GetString()));
    }

    private static async Task AssertRefusedAsync(NodePair nodes)
    {
        using Socket refused = await nodes.ConnectAsync();
        await Assert.ThrowsAsync<SocketException>(() => refused.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());
    }

    private static string Reason(JsonElement one) => one.GetProperty("reason").GetString()!;

    /// <summary>Waits for an event in a node's security log.</summary>
    private static async Task<JsonElement> EventAsync(NodePair nodes, string node, int id, Func<JsonElement, bool>? which = null)
    {
        while (true)
        {
            string log = ReadShared(nodes[$"audit/{node}.jsonl"]);
            foreach (string line in log.Split('\n')[..^1])
            {
                JsonElement one = JsonDocument.Parse(line).RootElement;
                if (one.GetProperty("id").GetInt32() == id && which?.Invoke(one) != false)
                {
                    return one;
                }
            }
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The keys of a keytab in the forms in which they could be written (RFC-like form of MIT: size, principal, time, version, key).</summary>
    private static IEnumerable<string> KeysOf(byte[] keytab)
    {
        int at = 2;
        while (at < keytab.Length)
        {
            int size = BinaryPrimitives.ReadInt32BigEndian(keytab.AsSpan(at));
            byte[] entry = keytab[(at + 4)..(at + 4 + size)];
            at += 4 + size;
            int components = BinaryPrimitives.ReadUInt16BigEndian(entry);
            int key = 2;
            for (int i = 0; i <= components; i++)
            {
                key += 2 + BinaryPrimitives.ReadUInt16BigEndian(entry.AsSpan(key));
            }
            // Name type, time, version, kind of key.
            key += 4 + 4 + 1 + 2;
            byte[] secret = entry[(key + 2)..(key + 2 + BinaryPrimitives.ReadUInt16BigEndian(entry.AsSpan(key)))];
            yield return Convert.ToHexString(secret);
            yield return Convert.ToBase64String(secret).TrimEnd('=');
        }
    }

    private static string ReadShared(string path)
    {
        if (!File.Exists(path))
        {
            return "";
        }
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return file.ReadToEnd();
    }
}
