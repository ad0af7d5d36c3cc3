using FeBeRelay.Relay.Policies;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>A policy file.</summary>
internal sealed class PolicyTarget() : FuzzTarget("policy", MakeSeeds, allowance: 2_000_000)
{
    private readonly ScratchFile _file = new("policy.json");

    public override IReadOnlyList<byte[]> Words => Texts(
        "\"posture\"", "\"rules\"", "\"name\"", "\"action\"", "\"permit\"", "\"negotiate\"", "\"soft\"", "\"local\"", "\"remote\"", "10.0.0.0/8", "null", "[{", "}]", ":", "\\u0000", "1e999", "-1");

    public override int Run(byte[] input)
    {
        PolicyFileResult result = PolicyFile.Load(_file.Write(input));
        return result.Policy is null == (result.Errors.Count > 0) ? 1 : throw new InvalidOperationException("neither a policy nor errors, or both");
    }

    private static IReadOnlyList<byte[]> MakeSeeds() => Texts(
        """{ "posture": "secure-server" }""",
        """{ "posture": "server", "rules": [ { "name": "web", "local": "any", "remote": "10.0.0.0/8", "port": 80, "action": "permit" } ] }""",
        """{ "policy": { "assigned": "a", "policies": { "a": { "posture": "client" } } } }""");
}
