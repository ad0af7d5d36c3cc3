using FeBeRelay.Relay.Configuration;
using Xunit;

namespace FeBeRelay.Relay.Tests.Configuration;

/// <summary>A folder with the files a configuration names, empty ones, and a valid configuration to spoil.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    public const string FrontEnd = """
        {
          // A front end: relays owa to be1.
          "node": {
            "name": "fe1.lab.test",
            "certificate": { "path": "fe1.pem", "keyPath": "fe1.key", "passwordFile": null },
            "trustedRoots": [ "ca.pem" ],
            "suites": [ "aes256-gcm", "aes128-gcm" ],
            "groups": [ "p256" ],
            "drainSeconds": 30
          },
          "lifetimes": { "associationSeconds": 28800, "associationQuickModes": 0, "keySeconds": 900, "keyKilobytes": 100000 },
          "nodes": {
            "be1": { "address": "be1.lab.test:8443", "identity": "be1.lab.test", "sourceAddress": null, "maxIdleChannels": 64, "warmChannels": 0 }
          },
          "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:8080", "node": "be1", "service": "owa", "clearTo": "be1.lab.test:80", "enquiry": "on" } } },
          "listener": {
            "listen": [ "0.0.0.0:8443", "[::]:8443" ],
            "services": { "owa": { "backEnd": "127.0.0.1:80", "listen": "10.0.0.5:80", "peers": [ "fe1.lab.test", "ou=Front Ends" ], "proxyProtocol": false } }
          },
          "policy": {
            "assigned": "migration",
            "policies": {
              "migration": {
                "posture": "server",
                "rules": {
                  "imap": {
                    "filters": [ { "peer": "10.1.0.0/16", "service": "imap", "port": 8143, "direction": "in", "mirrored": false }, { "peer": "be1.lab.test" } ],
                    "action": "negotiate", "inpass": true, "soft": true, "ratchet": false, "authentication": [ "certificate" ],
                    "suites": [ "aes128-gcm" ], "pfs": false, "lifetimes": { "keySeconds": 60 },
                    "fallback": { "mode": "windowsXp", "milliseconds": 0, "tries": 2, "softSeconds": 60 }
                  }
                }
              }
            }
          },
          "Logging": { "LogLevel": { "Default": "Information" } }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feberelay-configuration-");

    public ConfigurationFolder()
    {
        foreach (var name in (string[])["fe1.pem", "fe1.key", "fe1.p12", "ca.pem"])
        {
            File.WriteAllText(Path(name), "");
        }
    }

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public ConfigurationLoadResult Load(string json, ConfigurationOverrides? overrides = null, params IEnumerable<ConfigurationCheck> checks)
    {
        File.WriteAllText(Path("node.json"), json);
        return NodeConfigurationLoader.Load(Path("node.json"), overrides ?? ConfigurationOverrides.None, checks);
    }

    /// <summary>Loads the valid configuration with one key changed, as <c>--set</c> would.</summary>
    public ConfigurationLoadResult LoadWith(string key, string? value)
        => Load(FrontEnd, ConfigurationOverrides.None with { Settings = [KeyValuePair.Create(key, value)] });

    /// <summary>Loads the valid configuration with a piece of its text replaced.</summary>
    public ConfigurationLoadResult LoadReplacing(string old, string replacement)
    {
        Assert.Contains(old, FrontEnd, StringComparison.Ordinal);
        return Load(FrontEnd.Replace(old, replacement, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
