using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Tests.Hostile;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Makes <c>kerberos.json</c>: each suite and group, tokens with each form of length, the offer alone and behind other methods.</summary>
internal static class TicketVectorWriter
{
    private const int SessionSize = 32;

    public static ProofVectorFile Make()
    {
        ProofVector[] vectors =
        [
            Make("aes256-gcm p256", [Suite.Aes256Gcm, Suite.Aes128Gcm], [Group.P256], [TicketAuthentication.Number], 100, [], Fate.None),
            Make("aes128-gcm p384, behind certificates", [Suite.Aes128Gcm], [Group.P384, Group.P256], [.. SignatureSchemes.All, TicketAuthentication.Number], 600, [], Fate.Kept),
            Make("aes256-gmac p256, behind a pre-shared key", [Suite.Aes256Gmac], [Group.P256], [KeyGates.Number, TicketAuthentication.Number], 200, [("plant7", 32)], Fate.Lost),
            Make("aes256-gcm p256-mlkem768", [Suite.Aes256Gcm], [Group.P256MlKem768], [TicketAuthentication.Number], 100, [], Fate.None),
        ];
        return new ProofVectorFile(
            vectors, [.. ProofVectorWriter.BrokenChoices(vectors[0], BrokenTickets.Choices), .. BrokenAuthentications(vectors[0]), .. BrokenProofs(vectors[0])]);
    }

    private static ProofVector Make(
        string name, Suite[] suites, Group[] groups, ushort[] signatures, int ticket, (string Name, int Size)[] offered, Fate fate)
    {
        var drawn = new DerivedBytes("kerberos " + name);
        PreSharedKeyInput[] keys = [.. offered.Select(key => new PreSharedKeyInput(key.Name, drawn.Hex(key.Size)))];
        ProofInputs inputs = ProofVectorWriter.InputsOf(drawn, suites, groups, signatures, fate, keys, []) with
        {
            Context = new ContextInputs(
                Convert.ToHexStringLower(TestRealm.Token(0x0100, drawn.Next(ticket))),
                Convert.ToHexStringLower(TestRealm.Token(0x0200, drawn.Next(ticket / 2))),
                drawn.Hex(SessionSize),
                TestRealm.Service,
                TestRealm.Client),
        };
        return new ProofVector(name, inputs, ProofFunction.Of(inputs));
    }

    private static IEnumerable<BrokenRecord> BrokenAuthentications(ProofVector vector)
    {
        foreach ((string insteadOf, Role sender, string own, string receiver) in ProofVectorWriter.Authentications(vector))
        {
            string token = sender == Role.Initiator ? vector.Inputs.Context!.TokenInitiator : "";
            var good = new ReferenceTicketAuthentication(sender, Convert.FromHexString(token)) { Instance = Convert.FromHexString(own) };
            foreach ((_, string rule, ProtocolError error, Func<ReferenceTicketAuthentication, ReferenceTicketAuthentication> change) in
                Broken(vector, receiver).Authentications.Where(broken => broken.Role == sender))
            {
                byte[] record = change(good).Build(ProofVectorWriter.ScheduleOf(vector), ProofVectorWriter.RecordsBefore(vector, insteadOf));
                yield return new BrokenRecord(rule, vector.Name, insteadOf, Convert.ToHexStringLower(record), error.ToString());
            }
        }
    }

    private static IEnumerable<BrokenRecord> BrokenProofs(ProofVector vector)
    {
        byte[] session = Convert.FromHexString(vector.Inputs.Context!.Session), answer = Convert.FromHexString(vector.Inputs.Context.TokenResponder);
        foreach ((string insteadOf, Role sender, byte[]? token) in ((string, Role, byte[]?)[])[("r5", Role.Responder, answer), ("r6", Role.Initiator, null)])
        {
            var good = new ReferenceTicketProof(sender, token, content => TestRealm.MicOf(session, sender, content));
            foreach ((_, string rule, ProtocolError error, Func<ReferenceTicketProof, ReferenceTicketProof> change) in
                Broken(vector, receiver: "").Proofs.Where(broken => broken.Role == sender))
            {
                byte[] record = change(good).Build(ProofVectorWriter.ScheduleOf(vector), ProofVectorWriter.RecordsBefore(vector, insteadOf));
                yield return new BrokenRecord(rule, vector.Name, insteadOf, Convert.ToHexStringLower(record), error.ToString());
            }
        }
    }

    private static BrokenTickets Broken(ProofVector vector, string receiver)
    {
        ContextInputs context = vector.Inputs.Context!;
        byte[] session = Convert.FromHexString(context.Session);
        byte[] other = new DerivedBytes("kerberos, another ticket").Next(SessionSize);
        return new BrokenTickets(
            Convert.FromHexString(context.TokenInitiator),
            Convert.FromHexString(context.TokenResponder),
            Convert.FromHexString(receiver),
            (role, content) => TestRealm.MicOf(session, role, content),
            (role, content) => TestRealm.MicOf(other, role, content));
    }
}
