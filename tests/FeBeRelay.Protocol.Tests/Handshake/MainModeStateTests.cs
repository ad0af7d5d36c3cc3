using System.Collections;
using System.Reflection;
using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>States are used once, zero what they owned, and lead to the association's secret only with both proofs.</summary>
public sealed class MainModeStateTests
{
    private static readonly VerifiedPeer Initiator = TestIdentity.Of(Role.Initiator).Verified;
    private static readonly VerifiedPeer Responder = TestIdentity.Of(Role.Responder).Verified;

    [Fact]
    public void A_state_is_used_once()
    {
        States states = Run();

        Assert.Throws<InvalidOperationException>(() => states.Started.Receive(states.R2));
        Assert.Throws<InvalidOperationException>(() => states.Awaiting.Receive(states.R3));
        Assert.Throws<InvalidOperationException>(() => states.Judging.Proceed(Responder));
        Assert.Throws<InvalidOperationException>(() => states.Proving.Receive(states.Accepted.Message));
        Assert.Throws<InvalidOperationException>(() => states.Greeted.Receive(states.Proving.Message));
        Assert.Throws<InvalidOperationException>(() => states.Deciding.Proceed(Initiator, MainModeRun.Id, Answer.Optional, Fate.None, Lifetimes.Default));
        Assert.Throws<InvalidOperationException>(() => states.Deciding.Decline(Initiator, ErrorCode.Busy));
    }

    [Fact]
    public void A_state_that_failed_cannot_be_tried_again()
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), started.Message);

        Violation.Of(ProtocolError.BadMessage, () => started.Receive([0x02, 0, 0, 0, 0]));
        Violation.Of(ProtocolError.UnexpectedMessage, () => greeted.Receive(started.Message));

        Assert.Throws<InvalidOperationException>(() => started.Receive(MainModeRun.Split(greeted.Messages).First));
        Assert.All([.. SecretsOf(started), .. SecretsOf(greeted)], AssertGone);
    }

    [Fact]
    public void A_failure_zeroes_the_initiators_later_states()
    {
        States states = Run(upTo: Role.Initiator);
        using InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), started.Message);
        using InitiatorAwaitingAuthentication awaiting = started.Receive(MainModeRun.Split(greeted.Messages).First);

        Violation.Of(ProtocolError.CannotDecrypt, () => awaiting.Receive(states.R3));
        Violation.Of(ProtocolError.AlertedByPeer, () => states.Proving.Receive([0x7F, 0, 0, 0, 0]));

        object[] secrets = [.. SecretsOf(awaiting), .. SecretsOf(states.Proving)];
        Assert.Equal(2, secrets.Length);
        Assert.All(secrets, AssertGone);
    }

    [Fact]
    public void A_state_given_up_cannot_be_used()
    {
        InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, []);
        started.Dispose();

        Assert.Throws<InvalidOperationException>(() => started.Receive([]));
        Assert.All(SecretsOf(started), AssertGone);
    }

    [Fact]
    public void Nothing_secret_is_left_but_the_association()
    {
        States states = Run();

        object[] secrets = [.. ((object[])[states.Started, states.Awaiting, states.Judging, states.Proving, states.Greeted, states.Deciding]).SelectMany(SecretsOf)];

        // A share, MM in the initiator's verdict and in the responder's: what was handed on is no longer referred to.
        Assert.Equal(3, secrets.Length);
        Assert.All(secrets, AssertGone);
        Assert.False(states.Result.MS.IsDisposed);
        states.Result.Dispose();
        Assert.True(states.Result.MS.IsDisposed);
    }

    [Fact]
    public void A_verdict_on_another_chain_ends_the_initiator()
    {
        States states = Run(upTo: Role.Responder);

        Assert.Throws<InvalidOperationException>(() => states.Judging.Proceed(Initiator));
        Assert.Throws<InvalidOperationException>(() => states.Judging.Proceed(Responder));
        Assert.All(SecretsOf(states.Judging), AssertGone);
    }

    [Fact]
    public void Nothing_is_signed_before_the_verdict()
    {
        int signatures = 0;
        TestIdentity identity = TestIdentity.Of(Role.Initiator);
        byte[] Sign(byte[] content)
        {
            signatures++;
            return identity.Sign(content);
        }
        MainModeSettings settings = MainModeRun.Settings(Role.Initiator) with { Identity = new LocalIdentity(identity.Local.Chain, identity.Local.Scheme, Sign) };
        using InitiatorHelloSent started = InitiatorHelloSent.Start(settings, Demand.None, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingVerdict judging = started.Receive(r2).Receive(r3);

        Assert.Throws<InvalidOperationException>(() => judging.Proceed(Initiator));
        Assert.Equal(0, signatures);
    }

    [Fact]
    public void A_verdict_on_another_chain_ends_the_responder()
    {
        foreach (Action<ResponderAwaitingVerdict> use in (Action<ResponderAwaitingVerdict>[])
            [
                s => s.Proceed(Responder, MainModeRun.Id, Answer.Optional, Fate.None, Lifetimes.Default),
                s => s.Decline(Responder, ErrorCode.Busy),
            ])
        {
            States states = Run(upTo: Role.Initiator);

            Assert.Throws<InvalidOperationException>(() => use(states.Deciding));
            Assert.All(SecretsOf(states.Deciding), AssertGone);
        }
    }

    [Fact]
    public void A_verdict_is_on_every_certificate_of_the_chain()
    {
        byte[] leaf = TestIdentity.Of(Role.Responder).Leaf;
        VerifiedPeer verified = VerifiedPeer.Of("be1.lab.test", [leaf]);

        verified.MustBeOn([(byte[])leaf.Clone()]);
        Assert.Throws<InvalidOperationException>(() => verified.MustBeOn([leaf, leaf]));
        Assert.Throws<InvalidOperationException>(() => verified.MustBeOn([]));
        Assert.Throws<InvalidOperationException>(() => verified.MustBeOn([[.. leaf[..^1], (byte)(leaf[^1] ^ 1)]]));
    }

    [Fact]
    public void Proofs_can_be_made_by_their_verification_only()
    {
        foreach (Type proof in (Type[])[typeof(AuthenticatedPeer), typeof(VerifiedPeer)])
        {
            Assert.True(proof.IsSealed && proof.IsClass);
            Assert.All(proof.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic), c => Assert.True(c.IsPrivate));
        }
    }

    [Fact]
    public void The_association_needs_all_four_records()
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, []);
        using ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        using InitiatorAwaitingVerdict judging = started.Receive(r2).Receive(r3);
        var keys = (MainModeKeys)Field(judging, "_keys");
        var peer = (AuthenticatedPeer)Field(judging, "_peer");

        Assert.Throws<InvalidOperationException>(() => keys.Associate(peer, Responder));
    }

    [Fact]
    public void A_signer_that_returns_another_form_is_found_at_home()
    {
        TestIdentity identity = TestIdentity.Of(Role.Responder);
        MainModeSettings settings = MainModeRun.Settings(Role.Responder) with
        {
            Identity = new LocalIdentity(identity.Local.Chain, identity.Local.Scheme, _ => new byte[71]),
        };
        using InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, []);

        Assert.Throws<InvalidOperationException>(() => ResponderHelloReceived.Receive(settings, started.Message));
    }

    [Fact]
    public void An_identity_that_no_peer_would_take_cannot_be_made()
    {
        TestIdentity identity = TestIdentity.Of(Role.Responder);

        Assert.Throws<ArgumentException>(() => new LocalIdentity([], identity.Local.Scheme, identity.Sign));
        Assert.Throws<ArgumentException>(() => new LocalIdentity([.. Enumerable.Repeat(identity.Leaf, 6)], identity.Local.Scheme, identity.Sign));
        Assert.Throws<ArgumentException>(() => new LocalIdentity([identity.Leaf, new byte[16_384]], identity.Local.Scheme, identity.Sign));
        Assert.Throws<ArgumentException>(() => new LocalIdentity(identity.Local.Chain, SignatureScheme.EcdsaP384Sha384, identity.Sign));
    }

    [Fact]
    public void Settings_without_suite_or_group_or_with_one_twice_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => MainModeRun.Settings(Role.Initiator, suites: []));
        Assert.Throws<ArgumentException>(() => MainModeRun.Settings(Role.Initiator, groups: []));
        Assert.Throws<ArgumentException>(() => MainModeRun.Settings(Role.Initiator, suites: [Suite.Aes128Gcm, Suite.Aes128Gcm]));
    }

    private sealed record States(
        InitiatorHelloSent Started,
        ResponderHelloReceived Greeted,
        byte[] R2,
        byte[] R3,
        InitiatorAwaitingAuthentication Awaiting,
        InitiatorAwaitingVerdict Judging)
    {
        public InitiatorAwaitingAccept Proving { get; set; } = null!;

        public ResponderAwaitingVerdict Deciding { get; set; } = null!;

        public MainModeResult Accepted { get; set; } = null!;

        public MainModeResult Result { get; set; } = null!;
    }

    // To the end, or up to the verdict on the given role's chain.
    private static States Run(Role? upTo = null)
    {
        InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, []);
        ResponderHelloReceived greeted = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), started.Message);
        (byte[] r2, byte[] r3) = MainModeRun.Split(greeted.Messages);
        InitiatorAwaitingAuthentication awaiting = started.Receive(r2);
        var states = new States(started, greeted, r2, r3, awaiting, awaiting.Receive(r3));
        if (upTo == Role.Responder)
        {
            return states;
        }
        states.Proving = states.Judging.Proceed(Responder);
        states.Deciding = greeted.Receive(states.Proving.Message);
        if (upTo == Role.Initiator)
        {
            return states;
        }
        states.Accepted = states.Deciding.Proceed(Initiator, MainModeRun.Id, Answer.Optional, Fate.None, Lifetimes.Default);
        states.Result = states.Proving.Receive(states.Accepted.Message);
        return states;
    }

    private static object Field(object owner, string name) =>
        owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(owner)!;

    // Every Secret and every private key that a state still refers to.
    private static IEnumerable<object> SecretsOf(object owner)
    {
        foreach (FieldInfo field in owner.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
        {
            switch (field.GetValue(owner))
            {
                case Secret or IKeyPair:
                    yield return field.GetValue(owner)!;
                    break;
                case MainModeKeys keys:
                    foreach (object secret in SecretsOf(keys))
                    {
                        yield return secret;
                    }
                    break;
                case IEnumerable<KeyShare> shares:
                    foreach (object secret in shares.SelectMany(SecretsOf))
                    {
                        yield return secret;
                    }
                    break;
            }
        }
    }

    private static void AssertGone(object secret)
    {
        if (secret is Secret bytes)
        {
            Assert.True(bytes.IsDisposed);
            var memory = (byte[])Field(bytes, "_bytes");
            Assert.Equal(new byte[memory.Length], memory);
        }
        else
        {
            Assert.Throws<ObjectDisposedException>(() => ((IKeyPair)secret).ExportPublic(new byte[Group.P256.PointSize]));
        }
    }
}
