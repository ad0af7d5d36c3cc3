using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>The files of a security log, as the verifier and a starting node read them.</summary>
internal sealed class AuditTarget() : FuzzTarget("audit", MakeSeeds, allowance: 2_000_000)
{
    private readonly ScratchFile _file = new("audit.jsonl");

    public override IReadOnlyList<byte[]> Words => Texts("\n", "\r\n", ",\"hash\":\"", "\"}", "{\"number\":", "\"time\":", "null", "\\u0000", "-1", "9223372036854775808");

    public override int Run(byte[] input)
    {
        string path = _file.Write(input);
        new AuditVerifier(certificates: [], head: null).Verify([path]);
        using var stream = new MemoryStream(input);
        AuditTail.Read(stream);
        AuditTail.FirstNumber(stream);
        return 1;
    }

    private static byte[][] MakeSeeds()
    {
        byte[] head = AuditLine.Beginning;
        byte[] lines = [.. Enum.GetValues<AuditEventId>().Take(6).SelectMany((id, i) =>
        {
            AuditEvent one = AuditEvents.New(id, "be1", TimeProvider.System) with { Number = i + 1 };
            return (byte[])[.. AuditLine.Seal(AuditText.Write(one), ref head), (byte)'\n'];
        })];
        return [lines, lines[..(lines.Length / 2)], [.. lines, .. "{\"number\":7"u8]];
    }
}
