using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>
/// The function that the vectors of main mode without certificates are values of: records from the product, and once more from the page by the second key schedule, which also gives secrets and
/// plaintexts.
/// </summary>
internal static class ProofFunction
{
    public static MainModeOutputs Of(ProofInputs inputs)
    {
        var replay = new ProofReplay(inputs);
        byte[][] records = replay.Run();
        using MainModeResult accepted = replay.Accept(records);
        using MainModeResult result = replay.Prove(records).Receive(accepted.Message);

        byte[] shared = MainModeFunction.SharedSecret(inputs.Initiator.Keys, inputs.Responder.Key);
        var schedule = new ReferenceSchedule(accepted.Suite, shared, records[0], records[1]);
        PreSharedKeyInput? key = inputs.Context is null ? TakenOf(inputs) : null;
        byte[] association = schedule.Association(key is null ? schedule.MainMode : schedule.Keyed(RootOf(key)), records);
        MustBeEqual("R3 on", records[2..], key is null ? ByTicket(inputs, schedule, records) : ByKey(inputs, key, schedule, records));
        MustBeEqual("MS", [association, association], [result.MS.Span.ToArray(), accepted.MS.Span.ToArray()]);
        return new MainModeOutputs(
            MainModeFunction.Hex(RecordsOf(replay, records, accepted.Message)),
            MainModeFunction.Hex(PlaintextsOf(schedule, records, association, accepted.Message)),
            MainModeFunction.Hex(ProvedOf(inputs, schedule, records)),
            MainModeFunction.Hex(MainModeFunction.SecretsOf(schedule, shared, Between(inputs, key, schedule), association)));
    }

    /// <summary>The first of the initiator's order that the responder has.</summary>
    public static PreSharedKeyInput TakenOf(ProofInputs inputs) => inputs.Initiator.PreSharedKeys.First(inputs.Responder.PreSharedKeys.Contains);

    /// <summary><c>K0</c>.</summary>
    public static byte[] RootOf(PreSharedKeyInput key) => ReferenceSchedule.KeyRoot(key.Name, Convert.FromHexString(key.Value));

    /// <summary>R1 with zeros in the place of its gates, which stand before the list of signatures.</summary>
    public static byte[] Bare(ProofInputs inputs, byte[] r1)
    {
        byte[] bare = [.. r1];
        int gates = 32 * inputs.Initiator.PreSharedKeys.Count;
        bare.AsSpan(r1.Length - 1 - 2 * inputs.Initiator.Signatures.Count - gates, gates).Clear();
        return bare;
    }

    // R3 and R4, made from the page.
    private static byte[][] ByKey(ProofInputs inputs, PreSharedKeyInput key, ReferenceSchedule schedule, byte[][] records)
    {
        byte[] Build(Role role, string instance, byte[][] before) =>
            new ReferenceKeyAuthentication(role, key.Name, RootOf(key)) { Instance = Convert.FromHexString(instance) }.Build(schedule, before);
        return [Build(Role.Responder, inputs.Responder.Instance, records[..2]), Build(Role.Initiator, inputs.Initiator.Instance, records[..3])];
    }

    // R3 to R6, made from the page.
    private static byte[][] ByTicket(ProofInputs inputs, ReferenceSchedule schedule, byte[][] records)
    {
        ContextInputs context = inputs.Context!;
        byte[] Ask(Role role, string instance, string token, byte[][] before) =>
            new ReferenceTicketAuthentication(role, Convert.FromHexString(token)) { Instance = Convert.FromHexString(instance) }.Build(schedule, before);
        byte[] Prove(Role role, byte[]? token, byte[][] before) => new ReferenceTicketProof(
            role, token, content => TestRealm.MicOf(Convert.FromHexString(context.Session), role, content)).Build(schedule, before);
        return
        [
            Ask(Role.Responder, inputs.Responder.Instance, "", records[..2]),
            Ask(Role.Initiator, inputs.Initiator.Instance, context.TokenInitiator, records[..3]),
            Prove(Role.Responder, Convert.FromHexString(context.TokenResponder), records[..4]),
            Prove(Role.Initiator, null, records[..5]),
        ];
    }

    private static Dictionary<string, byte[]> RecordsOf(ProofReplay replay, byte[][] records, byte[] accept)
    {
        Dictionary<string, byte[]> all = records.Index().ToDictionary(record => $"r{record.Index + 1}", record => record.Item);
        all.Add("accept", accept);
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
        {
            all.Add($"decline {code.Name()}", replay.Decline(records, code));
        }
        return all;
    }

    private static Dictionary<string, byte[]> PlaintextsOf(ReferenceSchedule schedule, byte[][] records, byte[] association, byte[] accept)
    {
        var plaintexts = new Dictionary<string, byte[]>
        {
            ["r3"] = schedule.Open(schedule.AuthenticationKey(Role.Responder), records[2]),
            ["r4"] = schedule.Open(schedule.AuthenticationKey(Role.Initiator), records[3]),
        };
        if (records.Length > 4)
        {
            plaintexts.Add("r5", schedule.Open(schedule.ProofKey(Role.Responder), records[4]));
            plaintexts.Add("r6", schedule.Open(schedule.ProofKey(Role.Initiator), records[5]));
        }
        plaintexts.Add("accept", schedule.Open(schedule.Accept(association), accept));
        return plaintexts;
    }

    // What gates, proofs and MICs are of.
    private static Dictionary<string, byte[]> ProvedOf(ProofInputs inputs, ReferenceSchedule schedule, byte[][] records)
    {
        var proved = new Dictionary<string, byte[]>();
        if (inputs.Initiator.PreSharedKeys.Count > 0)
        {
            byte[] bare = Bare(inputs, records[0]);
            byte[] gates = [.. inputs.Initiator.PreSharedKeys.SelectMany(key => ReferenceSchedule.Gate(RootOf(key), bare))];
            int at = records[0].Length - 1 - 2 * inputs.Initiator.Signatures.Count - gates.Length;
            MustBeEqual("gates", [gates], [records[0][at..(at + gates.Length)]]);
            proved.Add("gates", SHA256.HashData(bare));
        }
        foreach ((string name, Role role) in ((string, Role)[])[("i", Role.Initiator), ("r", Role.Responder)])
        {
            proved.Add(name, inputs.Context is null ? DigestOf(inputs, role, schedule, records) : CoveredBy(inputs.Context, role, schedule, records));
        }
        return proved;
    }

    // Tsig.x
    private static byte[] DigestOf(ProofInputs inputs, Role role, ReferenceSchedule schedule, byte[][] records)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes(TakenOf(inputs).Name);
        (string instance, int before) = role == Role.Initiator ? (inputs.Initiator.Instance, 3) : (inputs.Responder.Instance, 2);
        return schedule.Hash([.. records[..before], [0, (byte)name.Length, .. name, .. Convert.FromHexString(instance)]]);
    }

    private static byte[] CoveredBy(ContextInputs context, Role role, ReferenceSchedule schedule, byte[][] records)
    {
        byte[] covered = [];
        byte[]? token = role == Role.Responder ? Convert.FromHexString(context.TokenResponder) : null;
        new ReferenceTicketProof(role, token, content => covered = content).Build(schedule, records[..(role == Role.Responder ? 4 : 5)]);
        return covered;
    }

    private static Dictionary<string, byte[]> Between(ProofInputs inputs, PreSharedKeyInput? taken, ReferenceSchedule schedule)
    {
        var secrets = new Dictionary<string, byte[]>();
        foreach (PreSharedKeyInput key in inputs.Initiator.PreSharedKeys)
        {
            secrets.Add($"K0 {key.Name}", RootOf(key));
            secrets.Add($"psk gate {key.Name}", ReferenceSchedule.GateKey(RootOf(key)));
        }
        if (taken is not null)
        {
            byte[] keyed = schedule.Keyed(RootOf(taken));
            secrets.Add("PK", schedule.Suited(RootOf(taken)));
            secrets.Add("PS", keyed);
            secrets.Add("psk proof i", schedule.ProofKey(keyed, Role.Initiator));
            secrets.Add("psk proof r", schedule.ProofKey(keyed, Role.Responder));
        }
        else
        {
            MainModeFunction.AddWithKey(secrets, schedule, "proof key i", schedule.ProofKey(Role.Initiator));
            MainModeFunction.AddWithKey(secrets, schedule, "proof key r", schedule.ProofKey(Role.Responder));
        }
        return secrets;
    }

    private static void MustBeEqual(string what, byte[][] product, byte[][] reference)
    {
        if (product.Length != reference.Length || product.Zip(reference).Any(pair => !pair.First.AsSpan().SequenceEqual(pair.Second)))
        {
            throw new InvalidOperationException($"{what}: the product's is not the reference's");
        }
    }
}
