using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>The function that the vectors are values of: records from the product, secrets and plaintexts from the second key schedule.</summary>
internal static class MainModeFunction
{
    public static MainModeOutputs Of(MainModeInputs inputs)
    {
        var replay = new MainModeReplay(inputs);
        using InitiatorHelloSent started = replay.Start();
        using ResponderHelloReceived greeted = replay.Greet(started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingAccept proving = replay.Prove();
        using MainModeResult accepted = replay.Accept();
        using MainModeResult result = proving.Receive(accepted.Message);

        Suite suite = accepted.Suite;
        byte[][] records = [started.Message, r2, r3, proving.Message];
        byte[] shared = SharedSecret(inputs.Initiator.Keys, inputs.Responder.Key);
        var schedule = new ReferenceSchedule(suite, shared, started.Message, r2);
        byte[] association = schedule.Association(schedule.MainMode, records);
        if (!result.MS.Span.SequenceEqual(association) || !accepted.MS.Span.SequenceEqual(association))
        {
            throw new InvalidOperationException("the product's association secret is not the reference's");
        }
        return new MainModeOutputs(
            RecordsOf(replay, records, accepted.Message),
            PlaintextsOf(schedule, records, association, accepted.Message),
            Hex(new() { ["i"] = replay.SignedByInitiator, ["r"] = replay.SignedByResponder }),
            SecretsOf(schedule, shared, association));
    }

    private static Dictionary<string, string> RecordsOf(MainModeReplay replay, byte[][] records, byte[] accept)
    {
        var all = new Dictionary<string, byte[]> { ["r1"] = records[0], ["r2"] = records[1], ["r3"] = records[2], ["r4"] = records[3], ["accept"] = accept };
        foreach (ErrorCode code in Enum.GetValues<ErrorCode>())
        {
            all.Add($"decline {code.Name()}", replay.Decline(code));
        }
        return Hex(all);
    }

    private static Dictionary<string, string> PlaintextsOf(ReferenceSchedule schedule, byte[][] records, byte[] association, byte[] accept) => Hex(new()
    {
        ["r3"] = schedule.Open(schedule.AuthenticationKey(Role.Responder), records[2]),
        ["r4"] = schedule.Open(schedule.AuthenticationKey(Role.Initiator), records[3]),
        ["accept"] = schedule.Open(schedule.Accept(association), accept),
    });

    private static Dictionary<string, string> SecretsOf(ReferenceSchedule schedule, byte[] shared, byte[] association) =>
        Hex(SecretsOf(schedule, shared, [], association));

    /// <summary>Those of every main mode, with others between the agreed and the association's.</summary>
    public static Dictionary<string, byte[]> SecretsOf(
        ReferenceSchedule schedule, byte[] shared, IEnumerable<KeyValuePair<string, byte[]>> between, byte[] association)
    {
        var secrets = new Dictionary<string, byte[]> { ["DH"] = shared, ["DHS"] = schedule.Extracted, ["MM"] = schedule.MainMode };
        foreach ((string name, Role role) in ((string, Role)[])[("i", Role.Initiator), ("r", Role.Responder)])
        {
            AddWithKey(secrets, schedule, $"AS.{name}", schedule.AuthenticationKey(role));
            secrets.Add($"MK.{name}", schedule.AuthenticationMac(role));
        }
        foreach ((string name, byte[] secret) in between)
        {
            secrets.Add(name, secret);
        }
        secrets.Add("MS", association);
        AddWithKey(secrets, schedule, "AK", schedule.Accept(association));
        return secrets;
    }

    /// <summary>A secret that encrypts, with what it encrypts by.</summary>
    public static void AddWithKey(Dictionary<string, byte[]> secrets, ReferenceSchedule schedule, string name, byte[] secret)
    {
        secrets.Add(name, secret);
        secrets.Add($"{name} key", schedule.Key(secret));
        secrets.Add($"{name} iv", schedule.Iv(secret));
    }

    /// <summary><c>DH</c> of the initiator's key pair in the responder's group.</summary>
    public static byte[] SharedSecret(IReadOnlyList<KeyInput> keys, KeyInput theirs)
    {
        KeyInput ours = keys.Single(k => k.Group == theirs.Group);
        using ECDiffieHellman own = ECDiffieHellman.Create(MainModeReplay.KeyOf(ours));
        using ECDiffieHellman peer = ECDiffieHellman.Create(MainModeReplay.KeyOf(theirs));
        byte[] agreed = own.DeriveRawSecretAgreement(peer.PublicKey);
        return MainModeReplay.RestOf(ours) is { Length: > 0 } seed ? [.. agreed, .. Decapsulated(seed, theirs)] : agreed;
    }

    private static byte[] Decapsulated(byte[] seed, KeyInput theirs)
    {
        using IMlKem768Key key = new RecordedEntropy().MlKem.CreateKey(seed);
        var secret = new byte[MlKem768.SecretSize];
        key.Decapsulate(Convert.FromHexString(theirs.Public).AsSpan(Group.Find(theirs.Group)!.PointSize), secret);
        return secret;
    }

    public static Dictionary<string, string> Hex(Dictionary<string, byte[]> values) =>
        values.ToDictionary(v => v.Key, v => Convert.ToHexStringLower(v.Value));
}
