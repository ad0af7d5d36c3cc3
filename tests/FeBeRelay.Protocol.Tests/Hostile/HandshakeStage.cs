using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>This program's end of a handshake, and a hostile one that says what it likes.</summary>
internal static class HandshakeStage
{
    private static readonly byte[] Preface = Protocol.Wire.Preface.Bytes.ToArray();

    /// <summary>Bytes to a node port, from the first one on.</summary>
    public static Reaction ToResponder(params byte[][] bytes) => ToResponder(Group.P256, bytes);

    /// <summary>The same to a node that allows that group.</summary>
    public static Reaction ToResponder(Group group, params byte[][] bytes)
    {
        using var end = new ResponderNegotiation(MainModeRun.Settings(Role.Responder, groups: [group]), TimeSpan.Zero);
        return Play(end, bytes.Select(b => (Func<byte[], byte[]>)(_ => b)));
    }

    /// <summary>A good preface and R1, then what the hostile initiator makes of the answer.</summary>
    public static Reaction BehindHello(Func<ReferenceInitiator, byte[], byte[], byte[], byte[]> answer)
    {
        using var end = new ResponderNegotiation(MainModeRun.Settings(Role.Responder), TimeSpan.Zero);
        using var peer = new ReferenceInitiator();
        byte[] r1 = peer.Hello.Encode();
        return Play(end, [_ => [.. Preface, .. r1], sent =>
        {
            (byte[] r2, byte[] r3) = MainModeRun.Split(sent[Preface.Length..]);
            return answer(peer, r1, r2, r3);
        }]);
    }

    /// <summary>Main mode as it should be, then what comes instead of M1.</summary>
    public static Reaction BehindAccept(Func<AssociationKeys, byte[]> instead)
    {
        using var end = new ResponderNegotiation(MainModeRun.Settings(Role.Responder), TimeSpan.Zero);
        InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.Require, []);
        InitiatorAwaitingAccept? proving = null;
        return Play(end,
        [
            _ => [.. Preface, .. started.Message],
            sent =>
            {
                (byte[] r2, byte[] r3) = MainModeRun.Split(sent[Preface.Length..]);
                InitiatorAwaitingVerdict judging = started.Receive(r2).Receive(r3);
                proving = judging.Proceed(VerifiedPeer.Of("responder", judging.PeerChain));
                return proving.Message;
            },
            sent =>
            {
                using MainModeResult made = proving!.Receive(sent);
                using var keys = new AssociationKeys(made.Suite, made.Group, made.AssociationId.ToArray(), made.MS);
                return instead(keys);
            },
        ]);
    }

    /// <summary>M1 under an association that the responder has, as the first message.</summary>
    public static Reaction FirstRequest(Func<TestAssociation, byte[]> request, params ulong[] seenBefore)
    {
        using var association = new TestAssociation(number: 1);
        using var end = new ResponderNegotiation(MainModeRun.Settings(Role.Responder), TimeSpan.Zero);
        var window = new CounterWindow();
        Array.ForEach(seenBefore, counter => window.TryTake(counter));
        return Play(end, [_ => [.. Preface, .. request(association)]], association.Keys, window);
    }

    /// <summary>What comes in answer to R1 at an initiator.</summary>
    public static Reaction ToInitiator(Func<ReferenceResponder, byte[]> answer)
    {
        using InitiatorNegotiation end = InitiatorNegotiation.WithMainMode(MainModeRun.Settings(Role.Initiator), Demand.Require, forwardSecrecy: true, TimeSpan.Zero);
        return Play(end, [sent =>
        {
            using var peer = new ReferenceResponder(sent[Preface.Length..]);
            return answer(peer);
        }]);
    }

    /// <summary>A good R2 and R3, then what comes in answer to R4.</summary>
    public static Reaction BehindAuthentication(Func<ReferenceResponder, byte[], byte[]> verdict)
    {
        using InitiatorNegotiation end = InitiatorNegotiation.WithMainMode(MainModeRun.Settings(Role.Initiator), Demand.Require, forwardSecrecy: true, TimeSpan.Zero);
        ReferenceResponder? peer = null;
        return Play(end,
        [
            sent =>
            {
                peer = new ReferenceResponder(sent[Preface.Length..]);
                return [.. Preface, .. peer.MakeR2(), .. peer.MakeR3(new ReferenceAuthentication(Role.Responder, TestIdentity.Of(Role.Responder)))];
            },
            sent => verdict(peer!, sent),
        ]);
    }

    /// <summary>What comes in answer to M1 at an initiator that has an association.</summary>
    public static Reaction AnswerToRequest(bool forwardSecrecy, Func<TestAssociation, byte[], byte[]> answer)
    {
        using var association = new TestAssociation(number: 1);
        using InitiatorNegotiation end = InitiatorNegotiation.WithQuickMode(
            MainModeRun.Settings(Role.Initiator), association.Keys, 1, Demand.Require, forwardSecrecy, TimeSpan.Zero);
        return Play(end, [sent => [.. Preface, .. answer(association, sent[Preface.Length..])]]);
    }

    /// <summary>A record that the reference responder makes for this association; its share, if it has one, is not a good one.</summary>
    public static byte[] Answer(TestAssociation association, byte[] request)
    {
        QuickModeResponder responder = QuickModeResponder.Read(request);
        responder.Authenticate(association.Keys, new CounterWindow());
        (byte[] message, ChannelSecrets secrets) = responder.Accept(association.Keys, NodeEntropy.Instance);
        secrets.Dispose();
        return message;
    }

    /// <summary>Has the peer say one thing after the other, until this program's end has had enough.</summary>
    public static Reaction Play(
        NegotiationBase end, IEnumerable<Func<byte[], byte[]>> peer, AssociationKeys? keys = null, CounterWindow? window = null, Func<NegotiationBase, bool>? answer = null)
    {
        byte[] sent = end.TakeOutput();
        bool spoke = sent.Length > 0;
        try
        {
            foreach (Func<byte[], byte[]> says in peer)
            {
                end.Receive(says(sent));
                if (answer?.Invoke(end) != true)
                {
                    AnswerPauses(end, keys, window);
                }
                sent = end.TakeOutput();
                spoke |= sent.Length > 0;
            }
        }
        catch (ProtocolException e)
        {
            return new Reaction(e.Error, end.TakeOutput(), spoke, 0);
        }
        return new Reaction(null, sent, spoke, 0);
    }

    private static void AnswerPauses(NegotiationBase end, AssociationKeys? keys, CounterWindow? window)
    {
        switch (end)
        {
            case ResponderNegotiation { Status: NegotiationStatus.NeedsVerdict } responder:
                responder.Accept(VerifiedPeer.Of("initiator", responder.PeerChain), MainModeRun.Id, Protocol.Handshake.Answer.Protected, Fate.None, Lifetimes.Default);
                break;
            case ResponderNegotiation { Status: NegotiationStatus.NeedsAssociation } responder when keys is not null:
                responder.Authenticate(keys, window!);
                responder.AnswerQuickMode(keys, demandForwardSecrecy: true);
                break;
            case ResponderNegotiation { Status: NegotiationStatus.NeedsAssociation } responder:
                responder.AnswerUnknown();
                break;
            case InitiatorNegotiation { Status: NegotiationStatus.NeedsVerdict } initiator:
                initiator.Proceed(VerifiedPeer.Of("responder", initiator.PeerChain));
                break;
        }
    }
}
