using FeBeRelay.Relay.Configuration;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>A node's configuration file.</summary>
internal sealed class ConfigurationTarget() : FuzzTarget("configuration", MakeSeeds, allowance: 3_000_000)
{
    private readonly ScratchFile _file = new("node.json");

    public override IReadOnlyList<byte[]> Words => Texts(
        "\"node\"", "\"nodes\"", "\"relay\"", "\"listener\"", "\"services\"", "\"peers\"", "\"listen\"", "\"127.0.0.1:0\"", "\"[::1]:99999\"", "\"unix:/x\"", "null", "[]", "{}", ":", "true", "1e999", "-1",
        "\"Kestrel\"", "\"ReverseProxy\"");

    public override int Run(byte[] input)
    {
        ConfigurationLoadResult result = NodeConfigurationLoader.Load(_file.Write(input), ConfigurationOverrides.None);
        return result.IsValid == (result.Errors.Count == 0) ? 1 : throw new InvalidOperationException("neither a configuration nor errors, or both");
    }

    private static IReadOnlyList<byte[]> MakeSeeds() => Texts(
        """
        { "node": { "name": "fe1", "certificate": { "certificatePath": "fe1.crt", "keyPath": "fe1.key" }, "trustedRoots": ["ca.crt"], "drainSeconds": 5 },
          "nodes": { "be1": { "address": "127.0.0.1:9443", "identity": "be1.lab.test" } },
          "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:8080", "node": "be1", "service": "owa" } } } }
        """,
        """
        { "node": { "name": "be1" }, "listener": { "listen": ["0.0.0.0:9443"], "services": { "owa": { "backEnd": "127.0.0.1:80", "peers": ["fe1.lab.test", "ou=Front Ends"] } } },
          "policy": { "assigned": "secure-server" }, "audit": { "path": "a.jsonl" } }
        """);
}
