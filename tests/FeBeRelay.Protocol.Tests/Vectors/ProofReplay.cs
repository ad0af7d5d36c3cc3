using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>
/// Runs the product's main mode without certificates on recorded inputs. Each step begins anew and takes out of <c>records</c>, R1 to R4 or by Kerberos to R6, what the other side sent.
/// </summary>
internal sealed class ProofReplay(ProofInputs inputs)
{
    private readonly byte[] _session = Convert.FromHexString(inputs.Context?.Session ?? "");

    public InitiatorHelloSent Start() => InitiatorHelloSent.Start(
        InitiatorSettings, (Demand)inputs.Initiator.Demand, Convert.FromHexString(inputs.Initiator.Tried));

    public ResponderHelloReceived Greet(byte[] r1) => ResponderHelloReceived.Receive(ResponderSettings, r1);

    /// <summary>R1 to R4, or by Kerberos to R6.</summary>
    public byte[][] Run()
    {
        byte[] r1 = Start().Message;
        (byte[] r2, byte[] r3) = MainModeRun.Split(Greet(r1).Messages);
        if (inputs.Context is null)
        {
            return [r1, r2, r3, Prove([r1, r2, r3]).Message];
        }
        byte[] r4 = Ask([r1, r2, r3]).Message;
        byte[] r5 = Answer([r1, r2, r3, r4]).Message;
        return [r1, r2, r3, r4, r5, Prove([r1, r2, r3, r4, r5]).Message];
    }

    /// <summary>The initiator, when it has sent its token.</summary>
    public InitiatorTicketSent Ask(byte[][] records) =>
        Start().Receive(records[1]).ReceiveByTicket(records[2]).Proceed(Convert.FromHexString(inputs.Context!.TokenInitiator));

    /// <summary>The responder, when it has sent its token.</summary>
    public ResponderProofSent Answer(byte[][] records) =>
        Greet(records[0]).ReceiveByTicket(records[3]).Proceed(
            TicketContext.WithClient(inputs.Context!.Client, Sign(Role.Responder), Verify(Role.Initiator)), Convert.FromHexString(inputs.Context.TokenResponder));

    /// <summary>The initiator, when it has sent its proof.</summary>
    public InitiatorAwaitingAccept Prove(byte[][] records)
    {
        if (inputs.Context is not null)
        {
            return Ask(records).Receive(records[4]).Proceed(TicketContext.WithService(inputs.Context.Service, Sign(Role.Initiator), Verify(Role.Responder)));
        }
        InitiatorAwaitingVerdict judging = Start().Receive(records[1]).Receive(records[2]);
        return judging.Proceed(VerifiedPeer.Of(judging.PeerKey!));
    }

    /// <summary>The responder, when it has seen the initiator's proof.</summary>
    public ResponderAwaitingVerdict Decide(byte[][] records) =>
        inputs.Context is null ? Greet(records[0]).Receive(records[3]) : Answer(records).Receive(records[5]);

    public MainModeResult Accept(byte[][] records)
    {
        ResponderAwaitingVerdict deciding = Decide(records);
        ProofResponderInputs own = inputs.Responder;
        return deciding.Proceed(
            VerdictOn(deciding), Convert.FromHexString(own.AssociationId), (Answer)own.Answer, (Fate)own.Fate, MainModeReplay.LifetimesOf(own.Lifetimes));
    }

    public byte[] Decline(byte[][] records, ErrorCode code)
    {
        ResponderAwaitingVerdict deciding = Decide(records);
        return deciding.Decline(VerdictOn(deciding), code);
    }

    private static VerifiedPeer VerdictOn(ResponderAwaitingVerdict deciding) =>
        deciding.PeerKey is { } key ? VerifiedPeer.Of(key) : VerifiedPeer.Of(deciding.PeerTicket!);

    private Func<byte[], byte[]> Sign(Role own) => content => TestRealm.MicOf(_session, own, content);

    private Func<byte[], byte[], bool> Verify(Role peer) => (content, mic) => mic.SequenceEqual(TestRealm.MicOf(_session, peer, content));

    // A new one each time: recorded random numbers are used up.
    private MainModeSettings InitiatorSettings => new(
        [.. inputs.Initiator.Suites.Select(s => Suite.Find(s)!)],
        [.. inputs.Initiator.Keys.Select(k => Group.Find(k.Group)!)],
        MainModeReplay.LifetimesOf(inputs.Initiator.Lifetimes),
        TestIdentity.Of(Role.Initiator).Local,
        inputs.Initiator.Keys.Aggregate(new RecordedEntropy().Then(Convert.FromHexString(inputs.Initiator.Nonce)), MainModeReplay.Then))
    {
        Methods = [.. inputs.Initiator.Signatures.SelectMany(MethodsOf).Distinct()],
        Instance = Convert.FromHexString(inputs.Initiator.Instance),
    };

    private MainModeSettings ResponderSettings => new(
        Suite.All,
        [Group.Find(inputs.Responder.Key.Group)!],
        Lifetimes.Default,
        TestIdentity.Of(Role.Responder).Local,
        MainModeReplay.Then(new RecordedEntropy().Then(Convert.FromHexString(inputs.Responder.Nonce)), inputs.Responder.Key))
    {
        Methods = inputs.Context is null ? Keys(inputs.Responder.PreSharedKeys) : [MainModeMethod.Kerberos],
        Instance = Convert.FromHexString(inputs.Responder.Instance),
    };

    private MainModeMethod[] MethodsOf(ushort number) => number switch
    {
        KeyGates.Number => Keys(inputs.Initiator.PreSharedKeys),
        TicketAuthentication.Number => [MainModeMethod.Kerberos],
        _ => [MainModeMethod.Certificates],
    };

    private static MainModeMethod[] Keys(IReadOnlyList<PreSharedKeyInput> keys) =>
        [.. keys.Select(key => new MainModeMethod(new PreSharedKey(key.Name, Convert.FromHexString(key.Value))))];
}
