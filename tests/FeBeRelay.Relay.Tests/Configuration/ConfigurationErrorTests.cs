using FeBeRelay.Relay.Configuration;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

/// <summary>Each kind of error by itself: its key, its value, what is said of it, and that the fix helps.</summary>
public sealed class ConfigurationErrorTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    [Theory]
    [InlineData("node:nmae", "x", "is not a known key", "did you mean \"name\"?")]
    [InlineData("node:keySeconds", "60", "is not a known key", "did you mean lifetimes:keySeconds?")]
    [InlineData("node.name", "x", "is not a known key", "did you mean node:name?")]
    [InlineData("tunnels", "x", "is not a known key", "known keys here: node, lifetimes, nodes, policy, relay, http, listener")]
    [InlineData("node:drainSeconds", "soon", "must be a whole number", "0 to 3600")]
    [InlineData("node:drainSeconds", "1.5", "must be a whole number", "0 to 3600")]
    [InlineData("node:drainSeconds", "", "must not be empty", "Seconds")]
    [InlineData("node:drainSeconds", "3601", "is out of range: 0 to 3600", "Seconds")]
    [InlineData("node:drainSeconds", "99999999999", "is out of range: 0 to 3600", "Seconds")]
    [InlineData("lifetimes:associationSeconds", "59", "is out of range: 60 to 86400", "Seconds")]
    [InlineData("lifetimes:associationQuickModes", "-1", "is out of range: 0 to 1000000", "unlimited")]
    [InlineData("lifetimes:keySeconds", "9", "is out of range: 10 to 86400", "Seconds")]
    [InlineData("lifetimes:keyKilobytes", "1023", "is out of range: 1024 to 16000000", "Kilobytes")]
    [InlineData("nodes:be1:maxIdleChannels", "10001", "is out of range: 0 to 10000", "0 closes a channel")]
    [InlineData("nodes:be1:warmChannels", "65", "is more than maxIdleChannels, 64", "raise maxIdleChannels")]
    [InlineData("listener:services:owa:proxyProtocol", "yes", "must be true or false", "without quotes")]
    [InlineData("node:name", "not a name", "must be a DNS name", "fe1.lab.test")]
    [InlineData("node:suites:0", "rc4", "is not one of the choices", "\"aes256-gcm\"")]
    [InlineData("node:suites:1", "aes256-gcm", "is listed twice", "remove one")]
    [InlineData("node:groups:0", "x25519", "is not one of the choices", "\"p256\", \"p384\"")]
    [InlineData("node:certificate:path", "gone.pem", "names a file that does not exist", "correct the path (relative to")]
    [InlineData("node:certificate:passwordVariable", "FE1 PASSWORD", "must be the name of an environment variable", "FE1_PASSWORD")]
    [InlineData("node:certificate:subject", "fe1.lab.test", "is for certificates of a store", "LocalMachine/My")]
    [InlineData("node:trustedRoots:0", "gone.pem", "names a file that does not exist", "correct the path (relative to")]
    [InlineData("node:kerberos:keytab", "gone.keytab", "names a file that does not exist", "correct the path (relative to")]
    [InlineData("nodes:be1:kerberosService", "HTTP/be1.lab.test", "must be service/host in small letters", "feberelay/be1.lab.test")]
    [InlineData("listener:services:owa:peers:0", "krb=Fe1@LAB.TEST", "must be the DNS name of a certificate", "krb=NAME@REALM")]
    [InlineData("nodes:be1:address", "be1.lab.test", "is not an address", "host:port")]
    [InlineData("nodes:be1:address", "unix:/run/be1", "is not a node port", "host:port")]
    [InlineData("nodes:be1:address", "be1.lab.test:0", "is not a node port", "host:port")]
    [InlineData("nodes:be1:sourceAddress", "be1", "is not an IP address", "10.0.0.5")]
    [InlineData("nodes:be1:identity", "*.lab.test", "must be a DNS name", "be1.lab.test")]
    [InlineData("relay:endpoints:owa:node", "be2", "is not in section nodes", "write one of: be1")]
    [InlineData("relay:endpoints:owa:service", "OWA", "must be 1 to 63 characters", "\"owa\"")]
    [InlineData("relay:endpoints:owa:listen", "localhost:8080", "is a name", "write 127.0.0.1:8080 or [::1]:8080")]
    [InlineData("listener:listen:0", "unix:/run/node.sock", "is not a node port", "0.0.0.0:8443")]
    [InlineData("listener:services:owa:backEnd", "127.0.0.1:0", "has no port to connect to", "1 to 65535")]
    [InlineData("listener:services:owa:backEnd", "0.0.0.0:8443", "is this node's own node port", "application behind")]
    [InlineData("listener:services:owa:peers:0", "*.lab.test", "must be the DNS name of a certificate", "without wildcards")]
    [InlineData("listener:services:owa:peers:0", "ou=", "must be the DNS name of a certificate", "nobody else")]
    [InlineData("management:listen:0", "10.0.0.1:8444", "is not a loopback address", "management:viewers")]
    [InlineData("management:listen:0", "unix:/run/m.sock", "is a Unix socket; those are made in management:folder", "127.0.0.1:PORT")]
    [InlineData("management:listen:0", "127.0.0.1:8443", "is already listened on by listener:listen:0", "its own address or port")]
    [InlineData("management:viewers:0", "*.lab.test", "must be the DNS name of a certificate", "without wildcards")]
    public void A_value_that_does_not_fit_is_reported_with_its_key_and_fix(string key, string value, string problem, string fix)
    {
        var result = _folder.LoadWith(key, value);

        var error = Assert.Single(result.Errors);
        Assert.False(result.IsValid);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.Contains(fix, error.Problem + error.Fix, StringComparison.Ordinal);
        Assert.Equal((key, value, "--set"), (error.Key, error.Value, error.Origin));
    }

    [Theory]
    [InlineData("\"identity\": \"be1.lab.test\", ", "", "nodes:be1:identity", "is missing", "add \"identity\": \"be1.lab.test\"")]
    [InlineData("\"peers\": [ \"fe1.lab.test\", \"ou=Front Ends\" ], ", "", "listener:services:owa:peers", "is missing", "Default deny")]
    [InlineData("[ \"fe1.lab.test\", \"ou=Front Ends\" ]", "[]", "listener:services:owa:peers", "must not be empty", "Default deny")]
    [InlineData("[ \"fe1.lab.test\", \"ou=Front Ends\" ]", "\"fe1.lab.test\"", "listener:services:owa:peers", "must be a list", "write \"peers\": [ \"fe1.lab.test\" ]")]
    [InlineData("\"backEnd\": \"127.0.0.1:80\", ", "", "listener:services:owa:backEnd", "is missing", "127.0.0.1:80")]
    [InlineData("\"service\": \"owa\"", "\"mode\": \"stream\", \"service\": \"owa\"", "relay:endpoints:owa:mode", "is not a known key", "did you mean \"node\"?")]
    [InlineData("[ \"ca.pem\" ]", "[]", "node:trustedRoots", "must not be empty", "ca.pem")]
    [InlineData("\"drainSeconds\": 30", "\"drainSeconds\": [ 30 ]", "node:drainSeconds", "must be a number, not a section or list", "Seconds")]
    [InlineData("{ \"owa\": { \"listen\"", "{ \"o w a\": { \"listen\"", "relay:endpoints:o w a", "is not a valid name", "rename it")]
    [InlineData("{ \"owa\": { \"backEnd\"", "{ \"Owa\": { \"backEnd\"", "listener:services:Owa", "is not a valid name: it must be 1 to 63 characters of a-z", "rename it")]
    [InlineData("\"path\": \"fe1.pem\"", "\"path\": \"fe1.p12\"", "node:certificate:keyPath", "does not go with a PKCS#12 file", "remove keyPath")]
    [InlineData("\"sourceAddress\": null", "\"sourceAddress\": \"10.1\"", "nodes:be1:sourceAddress", "is not an IP address", "10.0.0.5")]
    [InlineData("\"127.0.0.1:8080\"", "\"127.0.0.1:8443\"", "listener:listen:0", "is already listened on by relay:endpoints:owa:listen (127.0.0.1:8443)", "its own address or port")]
    [InlineData("{ \"owa\": { \"backEnd\"", "{ \"feberelay.viewer\": { \"backEnd\"", "listener:services:feberelay.viewer", "begins with feberelay.", "rename it")]
    public void A_key_that_is_missing_or_misshaped_is_reported(string old, string replacement, string key, string problem, string fix)
    {
        var error = Assert.Single(_folder.LoadReplacing(old, replacement).Errors);

        Assert.Equal(key, error.Key);
        Assert.StartsWith(problem, error.Problem, StringComparison.Ordinal);
        Assert.Contains(fix, error.Fix, StringComparison.Ordinal);
        Assert.Equal("node.json", error.Origin);
    }

    [Fact]
    public void The_value_of_an_unknown_key_that_sounds_secret_is_not_repeated()
        => Assert.Equal("(hidden)", Assert.Single(_folder.LoadWith("node:certificate:password", "hunter2").Errors).Value);

    [Fact]
    public void A_source_address_of_the_other_ip_version_is_reported()
    {
        var error = Assert.Single(_folder.LoadReplacing(
            "\"be1.lab.test:8443\", \"identity\": \"be1.lab.test\", \"sourceAddress\": null",
            "\"10.0.0.1:8443\", \"identity\": \"be1.lab.test\", \"sourceAddress\": \"::1\"").Errors);

        Assert.Equal(("nodes:be1:sourceAddress", "::1"), (error.Key, error.Value));
    }

    [Fact]
    public void A_folder_whose_sockets_would_have_too_long_names_is_reported()
    {
        string folder = "/" + new string('f', 86);
        var error = Assert.Single(_folder.LoadWith("management:folder", folder).Errors);

        Assert.Equal("management:folder", error.Key);
        Assert.Contains("too long", error.Problem, StringComparison.Ordinal);
        Assert.True(_folder.LoadWith("management:folder", folder[..^1]).IsValid);
    }

    [Fact]
    public void A_node_with_neither_relay_nor_listener_is_reported()
    {
        var error = Assert.Single(_folder.Load("""{ "node": { "certificate": { "path": "fe1.p12" }, "trustedRoots": [ "ca.pem" ] } }""").Errors);

        Assert.Equal("relay", error.Key);
        Assert.Contains("nothing to do", error.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_object_is_told_each_key_it_lacks()
        => Assert.Equal(["node:certificate:path", "node:trustedRoots", "relay"], _folder.Load("{}").Errors.Select(error => error.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void A_certificate_is_in_files_or_in_a_store_not_in_both()
    {
        var both = _folder.Load("""
            { "node": { "certificate": { "path": "fe1.p12", "store": "CurrentUser/My" }, "trustedRoots": [ "ca.pem" ] },
              "listener": { "listen": [ "127.0.0.1:8443" ], "services": { "owa": { "backEnd": "127.0.0.1:80", "peers": [ "fe1.lab.test" ] } } } }
            """);
        Assert.Equal(
            [("node:certificate:path", "does not go with store, which holds certificate and key"), ("node:certificate:subject", "is missing")],
            both.Errors.Select(error => (error.Key, error.Problem)).Order());
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var result = _folder.Load("""
            {
              "node": { "nmae": "x", "certificate": "fe1.pem", "trustedRoots": [ "gone.pem" ], "drainSeconds": "soon" },
              "lifetimes": { "keySeconds": 1 },
              "nodes": { "be1": { "address": "nowhere" } },
              "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:8443", "node": "be2", "service": "O W A" } } },
              "listener": { "listen": [ "127.0.0.1:8443", "bad" ], "services": { "imap": { "backEnd": "unix:relative" } } }
            }
            """);

        Assert.Equal(
            [
                "lifetimes:keySeconds",
                "listener:listen:0", "listener:listen:1",
                "listener:services:imap:backEnd", "listener:services:imap:peers",
                "node:certificate", "node:certificate:path", "node:drainSeconds", "node:nmae", "node:trustedRoots:0",
                "nodes:be1:address", "nodes:be1:identity",
                "relay:endpoints:owa:node", "relay:endpoints:owa:service",
            ],
            result.Errors.Select(error => error.Key).Order(StringComparer.Ordinal));
        Assert.All(result.Errors, error => Assert.True(error.Problem.Length > 0 && error.Fix.Length > 0, error.Key));
    }

    [Fact]
    public void A_section_that_is_a_text_where_records_are_expected_is_an_error_and_not_a_crash()
        => Assert.Contains(
            _folder.Load("""{ "node": "fe1", "nodes": "be1", "relay": "owa", "listener": "x", "lifetimes": 3 }""").Errors,
            error => error is { Key: "nodes", Problem: "must be a section of names" });

    [Fact]
    public void Malformed_json_is_reported_with_line_and_column()
    {
        var error = Assert.Single(_folder.Load("{\n  \"node\": {\n    \"name\" \"fe1\"\n  }\n}").Errors);

        Assert.Equal("", error.Key);
        Assert.StartsWith("is not valid JSON: line 3, column 12: ", error.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{ "node": { "name": "a", "NAME": "b" } }""")]
    public void Json_that_is_no_configuration_is_reported(string json)
        => Assert.StartsWith("is not usable: ", Assert.Single(_folder.Load(json).Errors).Problem, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_does_not_exist_is_reported()
        => Assert.Equal("does not exist", Assert.Single(NodeConfigurationLoader.Load(_folder.Path("none.json"), ConfigurationOverrides.None).Errors).Problem);

    [Fact]
    public void A_folder_in_place_of_the_file_is_reported()
        => Assert.Equal("is a folder", Assert.Single(NodeConfigurationLoader.Load(_folder.Path(""), ConfigurationOverrides.None).Errors).Problem);

    public void Dispose() => _folder.Dispose();
}
