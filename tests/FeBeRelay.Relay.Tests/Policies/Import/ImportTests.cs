using System.Text.Json.Nodes;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Policies.Import;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Import;

/// <summary>What an administrator had for IPsec becomes a policy that the program itself reads without an error.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Script = """
        REM front end to back end, as in the article
        netsh ipsec static add policy name="OWA IPsec" description="front end" assign=yes
        netsh ipsec static add filterlist name="HTTP to BE"
        netsh ipsec static add filter filterlist="HTTP to BE" srcaddr=Me dstaddr=10.1.0.0 dstmask=255.255.0.0 protocol=TCP srcport=0 dstport=80 mirrored=yes
        netsh ipsec static add filter filterlist="HTTP to BE" srcaddr=Me dstaddr=be9.lab.test protocol=UDP dstport=53
        netsh ipsec static add filterlist name=Admin
        netsh ipsec static add filter filterlist=Admin srcaddr=10.9.0.1 dstaddr=Me protocol=TCP dstport=3389 mirrored=no
        netsh ipsec static add filteraction name=Require action=negotiate qmpfs=yes inpass=no soft=no ^
          qmsecmethods="ESP[3DES,SHA1]:100000k/900s AH[SHA1]"
        netsh ipsec static add filteraction name=Request action=negotiate qmpfs=no inpass=yes soft=yes qmsecmethods="ESP[None,SHA1]"
        netsh ipsec static add filteraction name=Block action=block
        netsh ipsec static add rule name="to BE" policy="OWA IPsec" filterlist="HTTP to BE" filteraction=Require kerberos=yes
        netsh ipsec static add rule name="to BE" policy="OWA IPsec" filterlist=Admin filteraction=Request rootca="CN=Lab CA"
        netsh ipsec static add rule name=none policy="OWA IPsec" filterlist=Admin filteraction=Missing
        netsh ipsec static add rule name=other policy=Other filterlist=Admin filteraction=Block
        """;

    private readonly CertificateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_netsh_script_becomes_rules_and_a_report()
    {
        ImportedPolicy imported = NetshScript.Read(Script, null);
        NodePolicy policy = Load(imported.Policy);

        Assert.Equal("OWA IPsec", imported.Name);
        PolicyRule require = Assert.Single(policy.OwnRules, r => r.Name == "to-BE");
        Assert.Equal((FilterAction.Negotiate, false, false, true), (require.Action, require.InPass, require.Soft, require.Security.ForwardSecrecy));
        Assert.Equal(["aes256-gcm", "aes256-gmac"], require.Security.Suites!.Select(s => s.Name));
        Assert.Equal((900u, 100_000u), (require.Security.Lifetimes!.KeySeconds, require.Security.Lifetimes.KeyKilobytes));
        Assert.Equal((10, 80), (Assert.Single(require.Filters).Peer.ToString().Split('.')[0] == "10" ? 10 : 0, require.Filters[0].Port));
        PolicyRule request = Assert.Single(policy.OwnRules, r => r.Name == "to-BE-2");
        Assert.Equal((true, true), (request.InPass, request.Soft));
        Assert.Equal((Direction.Inbound, false, 3389), (request.Filters[0].Direction, request.Filters[0].IsMirrored, request.Filters[0].Port));
        Assert.Equal(2, policy.OwnRules.Count);
        foreach (string remark in (string[])["UDP is left out", "Kerberos is not taken over", "without forward secrecy there", "filter action Missing is not in the script", "ESP[3DES,SHA1]"])
        {
            Assert.Contains(imported.Remarks, r => r.Contains(remark, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_script_of_several_policies_wants_a_name()
    {
        string two = Script + "\nadd policy name=Other";
        Assert.Contains("OWA IPsec, Other", Assert.Throws<FormatException>(() => NetshScript.Read(two, null)).Message, StringComparison.Ordinal);
        Assert.Equal(FilterAction.Block, Assert.Single(Load(NetshScript.Read(two, "other").Policy).OwnRules).Action);
        Assert.Throws<FormatException>(() => NetshScript.Read(two, "third"));
    }

    [Fact]
    public void Libreswan_groups_become_rules()
    {
        _folder.Write("private", "10.1.0.0/16  # back ends", "10.2.0.0/16 tcp 0 443", "10.3.0.0/16 udp 0 53");
        _folder.Write("private-or-clear", "0.0.0.0/0");
        _folder.Write("clear", "10.1.9.7/32");
        _folder.Write("block", "# nothing");

        ImportedPolicy imported = LibreswanGroups.Read(_folder.Path);
        NodePolicy policy = Load(imported.Policy);

        Dictionary<string, PolicyRule> rules = policy.OwnRules.ToDictionary(r => r.Name);
        Assert.Equal(["clear", "private", "private-or-clear"], rules.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((FilterAction.Negotiate, 2), (rules["private"].Action, rules["private"].Filters.Count));
        Assert.Equal((true, true), (rules["private-or-clear"].InPass, rules["private-or-clear"].Soft));
        Assert.Equal(FilterAction.Permit, rules["clear"].Action);
        Assert.Contains(imported.Remarks, r => r.Contains("10.3.0.0/16 udp 0 53", StringComparison.Ordinal));
        Assert.Throws<FormatException>(() => LibreswanGroups.Read(Path.GetTempPath() + Guid.NewGuid()));
    }

    /// <summary>As the program reads a file with one policy; errors would be told.</summary>
    private NodePolicy Load(JsonObject policy)
    {
        PolicyFileResult loaded = PolicyFile.Load(_folder.Write("imported.json", policy.ToJsonString()));
        Assert.Empty(loaded.Errors);
        return loaded.Policy!;
    }
}
