using System.Buffers.Binary;
using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Tests.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Draws new inputs and writes down what follows from them. Between them the main modes have every suite, group and algorithm.</summary>
internal static class MainModeVectorWriter
{
    private const int PlaintextFateAt = 33;

    public static MainModeVectorFile Make()
    {
        MainModeVector[] vectors =
        [
            Make(Suite.Aes256Gcm, [Suite.Aes256Gcm, Suite.Aes128Gcm], [Group.P256], SignatureScheme.EcdsaP256Sha256, SignatureScheme.EcdsaP256Sha256, []),
            Make(Suite.Aes128Gcm, [Suite.Aes128Gcm], [Group.P384, Group.P256], SignatureScheme.RsaPssSha256, SignatureScheme.EcdsaP384Sha384, []),
            Make(Suite.Aes256Gmac, [Suite.Aes256Gmac], [Group.P256], SignatureScheme.EcdsaP384Sha384, SignatureScheme.RsaPssSha256, RandomNumberGenerator.GetBytes(Limits.IdSize)),
        ];
        return new MainModeVectorFile(vectors, [.. BrokenHellos(vectors[0]), .. vectors.SelectMany(BrokenAccepts)]);
    }

    /// <summary>One in the hybrid group, offered beside another.</summary>
    public static MainModeVector MakeHybrid() =>
        Make(Suite.Aes256Gcm, [Suite.Aes256Gcm], [Group.P256MlKem768, Group.P256], SignatureScheme.EcdsaP256Sha256, SignatureScheme.EcdsaP256Sha256, []);

    private static MainModeVector Make(
        Suite suite, Suite[] suites, Group[] groups, SignatureScheme initiator, SignatureScheme responder, byte[] tried)
    {
        KeyInput[] keys = [.. groups.Select(group => NewKey.Initiator(group, RandomNumberGenerator.GetBytes))];
        var inputs = new MainModeInputs(
            new InitiatorInputs(
                Convert.ToHexStringLower(RecordedEntropy.NewNonce()),
                [.. keys],
                (byte)Demand.Require,
                Convert.ToHexStringLower(tried),
                new LifetimeInputs(28_800, 0, 900, 100_000),
                [.. suites.Select(s => s.Id)],
                Unsigned(TestIdentity.Of(Role.Initiator, initiator))),
            new ResponderInputs(
                Convert.ToHexStringLower(RecordedEntropy.NewNonce()),
                NewKey.Responder(keys[0], RandomNumberGenerator.GetBytes),
                Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Limits.IdSize)),
                new LifetimeInputs(3_600, 1_000, 1_800, 50_000),
                (byte)Answer.Protected,
                (byte)(tried.Length == 0 ? Fate.None : Fate.Kept),
                Unsigned(TestIdentity.Of(Role.Responder, responder))));
        inputs = Signed(inputs, TestIdentity.Of(Role.Initiator, initiator), TestIdentity.Of(Role.Responder, responder));
        return new MainModeVector(suite.Name, inputs, MainModeFunction.Of(inputs));
    }

    // What is signed depends on what came before: the responder signs first, and the initiator over that.
    private static MainModeInputs Signed(MainModeInputs inputs, TestIdentity initiator, TestIdentity responder)
    {
        var first = new MainModeReplay(inputs);
        using InitiatorHelloSent started = first.Start();
        first.Greet(started.Message).Dispose();
        inputs = inputs with { Responder = inputs.Responder with { Signer = Signed(inputs.Responder.Signer, responder, first.SignedByResponder) } };
        var second = new MainModeReplay(inputs);
        second.Prove().Dispose();
        return inputs with { Initiator = inputs.Initiator with { Signer = Signed(inputs.Initiator.Signer, initiator, second.SignedByInitiator) } };
    }

    // Of the right length, so that it can be sent while the real one is not known.
    private static SignerInputs Unsigned(TestIdentity identity) => Signed(
        new SignerInputs([.. identity.Local.Chain.Select(Convert.ToHexStringLower)], (ushort)identity.Local.Scheme, ""), identity, []);

    private static SignerInputs Signed(SignerInputs signer, TestIdentity identity, byte[] content) =>
        signer with { Signature = Convert.ToHexStringLower(identity.Sign(content)) };

    private static IEnumerable<BrokenRecord> BrokenHellos(MainModeVector vector)
    {
        InitiatorHello hello = InitiatorHello.Decode(Convert.FromHexString(vector.Outputs.Records["r1"]));
        return BrokenInitiatorHellos.All.Select(
            b => new BrokenRecord(b.Key, vector.Name, "r1", Convert.ToHexStringLower(b.Value.Break(hello)), b.Value.Error.ToString()));
    }

    private static IEnumerable<BrokenRecord> BrokenAccepts(MainModeVector vector)
    {
        byte[] good = Convert.FromHexString(vector.Outputs.Plaintexts["accept"]);
        byte[] longLife = [.. good];
        BinaryPrimitives.WriteUInt32BigEndian(longLife.AsSpan(Limits.IdSize), vector.Inputs.Initiator.Lifetimes.AssociationSeconds + 1);
        byte[] otherFate = [.. good];
        otherFate[PlaintextFateAt] = (byte)(otherFate[PlaintextFateAt] == 0 ? Fate.Lost : Fate.None);
        return
        [
            Broken("a byte missing", RecordType.Accept, good[..^1], ProtocolError.BadMessage),
            Broken("a byte left over", RecordType.Accept, [.. good, 0], ProtocolError.BadMessage),
            Broken("longer than offered", RecordType.Accept, longLife, ProtocolError.NotOffered),
            Broken("a fate that does not go with tried", RecordType.Accept, otherFate, ProtocolError.BadMessage),
            Broken("a decline with code 0", RecordType.Decline, [0], ProtocolError.BadMessage),
            Broken("a decline with code 8", RecordType.Decline, [8], ProtocolError.BadMessage),
            new BrokenRecord("an accept of type decline", vector.Name, "accept", "06" + vector.Outputs.Records["accept"][2..], nameof(ProtocolError.CannotDecrypt)),
        ];

        BrokenRecord Broken(string name, RecordType type, byte[] plaintext, ProtocolError error)
        {
            using var acceptKey = new Secret(Convert.FromHexString(vector.Outputs.Secrets["AK"]));
            byte[] record = HandshakeCipher.Seal(Suite.Find(vector.Name)!, acceptKey, type, plaintext);
            return new BrokenRecord(name, vector.Name, "accept", Convert.ToHexStringLower(record), error.ToString());
        }
    }
}
