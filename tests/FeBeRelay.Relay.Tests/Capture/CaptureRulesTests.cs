using FeBeRelay.Relay.Capture;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Tests.Configuration;
using Xunit;

namespace FeBeRelay.Relay.Tests.Capture;

public sealed class CaptureRulesTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    [Fact]
    public void One_table_has_the_redirections_and_the_guard_and_leaves_the_nodes_own_user_and_ports_alone()
    {
        var rules = new CaptureRules(
            "feberelay_fe1", "feberelay",
            Load(
                ("relay:endpoints:owa:kind", "transparent"), ("relay:endpoints:owa:listen", "127.0.0.1:15001"),
                ("relay:endpoints:owa:destinations:0", "10.0.0.7:80"), ("relay:endpoints:owa:destinations:1", "10.0.0.8:8080")));

        Assert.Equal(
            """
            add table inet feberelay_fe1
            delete table inet feberelay_fe1
            table inet feberelay_fe1 {
              chain capture {
                type nat hook output priority -100; policy accept;
                meta skuid feberelay return
                ip daddr 10.0.0.7 tcp dport 80 redirect to :15001 comment "endpoint owa"
                ip daddr 10.0.0.8 tcp dport 8080 redirect to :15001 comment "endpoint owa"
              }
              chain guard {
                type filter hook input priority 0; policy accept;
                iif "lo" accept
                ip daddr 10.0.0.5 tcp dport 80 accept comment "the node's own port"
                tcp dport 80 reject with tcp reset comment "back end of owa"
              }
            }

            """.ReplaceLineEndings("\n"),
            rules.ToScript(guard: true));
        Assert.DoesNotContain("chain guard", rules.ToScript(guard: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_back_end_elsewhere_is_named_and_not_guarded()
    {
        var rules = new CaptureRules("t", "0", Load(("listener:services:owa:backEnd", "192.0.2.1:80")));

        Assert.Equal(["owa"], rules.Elsewhere);
        Assert.Empty(rules.Guarded);
    }

    [Theory]
    [InlineData("/etc/feberelay/fe1.json", "feberelay_fe1")]
    [InlineData("fe-1.example.json", "feberelay_fe_1_example")]
    public void The_table_is_named_after_the_file(string file, string table) => Assert.Equal(table, CaptureRules.TableOf(file));

    [Theory]
    [InlineData("transparent", "127.0.0.1:15001", null, "destinations", "are missing: nothing would be captured")]
    [InlineData("stream", "127.0.0.1:15001", "10.0.0.7:80", "destinations", "count with kind transparent only")]
    [InlineData("transparent", "unix:/run/x", "10.0.0.7:80", "listen", "cannot be redirected to")]
    [InlineData("transparent", "127.0.0.1:15001", "[2001:db8::7]:80", "destinations:0", "is no IP address and port of the family of listen")]
    [InlineData("transparent", "127.0.0.1:15001", "mail.lab.test:80", "destinations:0", "is no IP address and port of the family of listen")]
    [InlineData("transparent", "127.0.0.1:15001", "10.9.9.9:8443", "destinations:0", "is a peer's node port: the node's own channels would be captured")]
    public void What_cannot_be_captured_is_an_error_at_its_key(string kind, string listen, string? destination, string key, string problem)
    {
        List<KeyValuePair<string, string?>> settings =
        [
            new("relay:endpoints:owa:kind", kind), new("relay:endpoints:owa:listen", listen), new("nodes:be1:address", "10.9.9.9:8443"),
        ];
        if (destination is not null)
        {
            settings.Add(new("relay:endpoints:owa:destinations:0", destination));
        }

        ConfigurationLoadResult result = _folder.Load(ConfigurationFolder.FrontEnd, ConfigurationOverrides.None with { Settings = settings });

        Assert.Contains(($"relay:endpoints:owa:{key}", problem), result.Errors.Select(e => (e.Key, e.Problem)));
    }

    public void Dispose() => _folder.Dispose();

    private NodeConfiguration Load(params (string Key, string Value)[] settings)
    {
        ConfigurationLoadResult result = _folder.Load(
            ConfigurationFolder.FrontEnd,
            ConfigurationOverrides.None with { Settings = [.. settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value))] });
        Assert.Empty(result.Errors);
        return result.Configuration!;
    }
}
