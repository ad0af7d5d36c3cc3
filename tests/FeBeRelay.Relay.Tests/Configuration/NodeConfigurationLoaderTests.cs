using System.Net;
using FeBeRelay.Relay.Configuration;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

public sealed class NodeConfigurationLoaderTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    [Fact]
    public void The_documented_file_loads_into_the_records()
    {
        var result = _folder.Load(ConfigurationFolder.FrontEnd);

        Assert.Empty(result.Errors);
        Assert.True(result.IsValid);
        var node = result.Configuration.Node;
        Assert.Equal("fe1.lab.test", node.Name);
        Assert.Equal(new CertificateSettings { Path = _folder.Path("fe1.pem"), KeyPath = _folder.Path("fe1.key") }, node.Certificate);
        Assert.Equal([_folder.Path("ca.pem")], node.TrustedRoots);
        Assert.Equal(new LifetimeSettings { AssociationSeconds = 28_800, AssociationQuickModes = 0, KeySeconds = 900, KeyKilobytes = 100_000 }, result.Configuration.Lifetimes);
        Assert.Equal(new PeerNodeSettings { Address = EndpointAddress.Parse("be1.lab.test:8443"), Identity = "be1.lab.test", MaxIdleChannels = 64 }, result.Configuration.Nodes["be1"]);
        Assert.Equal(
            new RelayEndpointSettings { Listen = EndpointAddress.Parse("127.0.0.1:8080"), Node = "be1", Service = "owa", ClearTo = EndpointAddress.Parse("be1.lab.test:80") },
            result.Configuration.Relay.Endpoints["owa"]);
        Assert.Equal(["0.0.0.0:8443", "[::]:8443"], result.Configuration.Listener!.Listen.Select(address => address.ToString()));
        var service = result.Configuration.Listener.Services["owa"];
        Assert.Equal(("127.0.0.1:80", "10.0.0.5:80"), (service.BackEnd.ToString(), service.Listen.ToString()));
        Assert.Equal(["fe1.lab.test", "ou=Front Ends"], service.Peers);
    }

    [Fact]
    public void What_is_left_out_has_the_documented_defaults()
    {
        var result = _folder.Load("""
            { "node": { "certificate": { "path": "fe1.p12" }, "trustedRoots": [ "ca.pem" ] },
              "nodes": { "be1": { "address": "[2001:db8::1]:8443", "identity": "be1.lab.test" } },
              "relay": { "endpoints": { "owa": { "listen": "unix:/run/owa.sock", "node": "be1", "service": "owa" } } } }
            """);

        Assert.Empty(result.Errors);
        var configuration = result.Configuration!;
        Assert.Null(configuration.Node.Name);
        Assert.Equal(["aes256-gcm", "aes128-gcm"], configuration.Node.Suites);
        Assert.Equal(["p256"], configuration.Node.Groups);
        Assert.Equal(30, configuration.Node.DrainSeconds);
        Assert.Equal((28_800, 0, 900, 100_000), (configuration.Lifetimes.AssociationSeconds, configuration.Lifetimes.AssociationQuickModes, configuration.Lifetimes.KeySeconds, configuration.Lifetimes.KeyKilobytes));
        Assert.Equal((1_024, 0, null), (configuration.Nodes["be1"].MaxIdleChannels, configuration.Nodes["be1"].WarmChannels, configuration.Nodes["be1"].SourceAddress));
        Assert.Null(configuration.Listener);
        Assert.Equal((null, "on"), (configuration.Relay.Endpoints["owa"].ClearTo, configuration.Relay.Endpoints["owa"].Enquiry));
        Assert.Equal("secureServer", configuration.Policy.Assigned);
    }

    [Fact]
    public void Keys_ignore_case_and_comments_and_trailing_commas_are_allowed()
    {
        var result = _folder.LoadReplacing("\"drainSeconds\": 30", "\"DRAINSECONDS\": 5, /* short */");

        Assert.Empty(result.Errors);
        Assert.Equal(5, result.Configuration!.Node.DrainSeconds);
    }

    [Fact]
    public void The_environment_stands_above_the_file_and_a_setting_above_both()
    {
        var environment = new Dictionary<string, string>
        {
            ["FEBERELAY_NODE__DRAINSECONDS"] = "1",
            ["FEBERELAY_LIFETIMES__KEYSECONDS"] = "60",
            ["FEBERELAY_NODES__BE1__SOURCEADDRESS"] = "10.0.0.5",
        };
        var result = _folder.Load(ConfigurationFolder.FrontEnd, new ConfigurationOverrides(environment, [new("node:drainSeconds", "2")]));

        Assert.Empty(result.Errors);
        Assert.Equal(2, result.Configuration!.Node.DrainSeconds);
        Assert.Equal(60, result.Configuration.Lifetimes.KeySeconds);
        Assert.Equal(IPAddress.Parse("10.0.0.5"), result.Configuration.Nodes["be1"].SourceAddress);
    }

    [Fact]
    public void Variables_that_a_container_platform_sets_for_a_service_of_this_name_are_left_alone()
    {
        var environment = new Dictionary<string, string> { ["FEBERELAY_PORT"] = "tcp://10.0.0.1:8443", ["FEBERELAY_SERVICE_HOST"] = "10.0.0.1" };

        Assert.Empty(_folder.Load(ConfigurationFolder.FrontEnd, new ConfigurationOverrides(environment, [])).Errors);
    }

    [Fact]
    public void Sections_of_dotnet_and_the_schema_reference_are_left_alone()
    {
        var result = _folder.LoadReplacing("\"Logging\"", """ "$schema": "x", "ReverseProxy": { "Routes": {} }, "Kestrel": { "a": 1 }, "AllowedHosts": "*", "Logging" """);

        Assert.Empty(result.Errors);
        Assert.Equal("Information", result.Values["Logging:LogLevel:Default"]);
    }

    [Fact]
    public void A_file_in_a_folder_that_starts_with_a_dot_is_read()
    {
        Directory.CreateDirectory(_folder.Path(".hidden"));
        var path = _folder.Path(".hidden/.node.json");
        File.WriteAllText(path, ConfigurationFolder.FrontEnd.Replace("fe1.", "../fe1.", StringComparison.Ordinal).Replace("../fe1.lab", "fe1.lab", StringComparison.Ordinal).Replace("ca.pem", "../ca.pem", StringComparison.Ordinal));

        Assert.Empty(NodeConfigurationLoader.Load(path, ConfigurationOverrides.None).Errors);
    }

    [Fact]
    public void An_error_says_whether_file_environment_or_setting_is_to_blame()
    {
        var environment = new Dictionary<string, string> { ["FEBERELAY_LIFETIMES__KEYSECONDS"] = "1" };
        var result = _folder.Load(
            ConfigurationFolder.FrontEnd.Replace("\"drainSeconds\": 30", "\"drainSeconds\": -1", StringComparison.Ordinal),
            new ConfigurationOverrides(environment, [new("lifetimes:keyKilobytes", "1")]));

        var origins = result.Errors.ToDictionary(error => error.Key, error => error.Origin, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(3, origins.Count);
        Assert.Equal("node.json", origins["node:drainSeconds"]);
        Assert.Equal("environment", origins["lifetimes:keySeconds"]);
        Assert.Equal("--set", origins["lifetimes:keyKilobytes"]);
    }

    [Fact]
    public void Further_checks_run_on_a_valid_configuration_and_their_errors_count()
    {
        var result = _folder.Load(
            ConfigurationFolder.FrontEnd, null,
            configuration => [new ConfigurationError("node:certificate:path", configuration.Node.Certificate.Path, "has expired", "renew it")]);

        Assert.False(result.IsValid);
        Assert.Equal("has expired", Assert.Single(result.Errors).Problem);
    }

    [Fact]
    public void Further_checks_do_not_run_on_an_invalid_configuration()
    {
        var result = _folder.Load("{}", null, _ => throw new InvalidOperationException("must not run"));

        Assert.False(result.IsValid);
    }

    public void Dispose() => _folder.Dispose();
}
