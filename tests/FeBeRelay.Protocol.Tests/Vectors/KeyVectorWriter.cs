using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Tests.Hostile;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Makes <c>psk.json</c>: each suite and group, one to four keys, the offer alone, in front of other methods and behind them.</summary>
internal static class KeyVectorWriter
{
    private static readonly ushort[] Certificates = SignatureSchemes.All.ToArray();

    public static ProofVectorFile Make()
    {
        ProofVector[] vectors =
        [
            Make("aes256-gcm p256", [Suite.Aes256Gcm, Suite.Aes128Gcm], [Group.P256], [KeyGates.Number], [("plant7", 32)], ["plant7"], Fate.None),
            Make("aes128-gcm p384, the second of two keys", [Suite.Aes128Gcm], [Group.P384, Group.P256], [KeyGates.Number], [("7", 64), ("plant-7.lab.test", 32)], ["plant-7.lab.test"], Fate.None),
            Make(
                "aes256-gmac p256, four keys, before certificates",
                [Suite.Aes256Gmac],
                [Group.P256],
                [KeyGates.Number, .. Certificates],
                [("a", 32), ("b", 33), ("c", 48), ("d", 64)],
                ["d", "c"],
                Fate.Kept),
            Make(
                "aes128-gcm p256, behind Kerberos and certificates",
                [Suite.Aes128Gcm],
                [Group.P256],
                [TicketAuthentication.Number, .. Certificates, KeyGates.Number],
                [("plant7", 48)],
                ["plant7"],
                Fate.Lost),
            Make("aes256-gcm p256-mlkem768", [Suite.Aes256Gcm], [Group.P256MlKem768, Group.P256], [KeyGates.Number], [("plant7", 32)], ["plant7"], Fate.None),
        ];
        return new ProofVectorFile(vectors, [.. BrokenOffers(vectors[0]), .. BrokenChoices(vectors[0]), .. BrokenProofs(vectors[0])]);
    }

    private static ProofVector Make(
        string name, Suite[] suites, Group[] groups, ushort[] signatures, (string Name, int Size)[] offered, string[] held, Fate fate)
    {
        var drawn = new DerivedBytes("psk " + name);
        PreSharedKeyInput[] keys = [.. offered.Select(key => new PreSharedKeyInput(key.Name, drawn.Hex(key.Size)))];
        ProofInputs inputs = ProofVectorWriter.InputsOf(drawn, suites, groups, signatures, fate, keys, [.. held.Select(one => keys.Single(key => key.Name == one))]);
        return new ProofVector(name, inputs, ProofFunction.Of(inputs));
    }

    private static IEnumerable<BrokenRecord> BrokenOffers(ProofVector vector)
    {
        (byte[] root, byte[] other) = RootsOf(vector);
        InitiatorHello hello = InitiatorHello.Decode(ProofFunction.Bare(vector.Inputs, Convert.FromHexString(vector.Outputs.Records["r1"])));
        return KeyMisbehaviours.BrokenOffers(root, other).Select(
            offer => new BrokenRecord(offer.Name, vector.Name, "r1", Convert.ToHexStringLower(offer.Of(hello)), offer.Error.ToString()));
    }

    private static IEnumerable<BrokenRecord> BrokenChoices(ProofVector vector) => ProofVectorWriter.BrokenChoices(vector, KeyMisbehaviours.BrokenChoices);

    private static IEnumerable<BrokenRecord> BrokenProofs(ProofVector vector)
    {
        (byte[] root, byte[] other) = RootsOf(vector);
        string name = vector.Inputs.Initiator.PreSharedKeys[0].Name;
        foreach ((string insteadOf, Role sender, string own, string receiver) in ProofVectorWriter.Authentications(vector))
        {
            foreach ((string rule, ProtocolError error, Func<ReferenceKeyAuthentication, ReferenceKeyAuthentication> change) in KeyMisbehaviours.BrokenProofs(other, Convert.FromHexString(receiver)))
            {
                var good = new ReferenceKeyAuthentication(sender, name, root) { Instance = Convert.FromHexString(own) };
                byte[] record = change(good).Build(ProofVectorWriter.ScheduleOf(vector), ProofVectorWriter.RecordsBefore(vector, insteadOf));
                yield return new BrokenRecord(rule, vector.Name, insteadOf, Convert.ToHexStringLower(record), error.ToString());
            }
        }
    }

    // K0 of the key, and of another by its name.
    private static (byte[] Root, byte[] Other) RootsOf(ProofVector vector)
    {
        PreSharedKeyInput key = vector.Inputs.Initiator.PreSharedKeys[0];
        return (ProofFunction.RootOf(key), ReferenceSchedule.KeyRoot(key.Name, [.. Convert.FromHexString(key.Value).Reverse()]));
    }
}
