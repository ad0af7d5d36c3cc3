using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

/// <summary>Clauses 2.4 and 2.5: each test breaks one rule of R3 towards an initiator, and the same rule of R4 towards a responder.</summary>
public sealed class AuthenticationTests
{
    private static readonly TestIdentity Rsa = TestIdentity.Create("rsa.lab.test", SignatureScheme.RsaPssSha256);

    [Fact]
    public void What_the_reference_builds_is_accepted()
    {
        foreach (SignatureScheme scheme in Enum.GetValues<SignatureScheme>())
        {
            ToInitiator(new ReferenceAuthentication(Role.Responder, TestIdentity.Of(Role.Responder, scheme)));
            ToResponder(new ReferenceAuthentication(Role.Initiator, TestIdentity.Of(Role.Initiator, scheme)));
        }
    }

    [Fact]
    public void A_wrong_key_is_refused() => Refused(ProtocolError.CannotDecrypt, a => a with { KeyRole = Other(a.Role) });

    [Fact]
    public void No_certificate_is_refused() => Refused(ProtocolError.BadMessage, a => a with { Chain = [] });

    [Fact]
    public void Six_certificates_are_refused() =>
        Refused(ProtocolError.BadMessage, a => a with { Chain = [.. Enumerable.Repeat(a.Identity.Leaf, 6)] });

    [Fact]
    public void Five_certificates_are_accepted() => Accepted(a => a with { Chain = [.. Enumerable.Repeat(a.Identity.Leaf, 5)] });

    [Fact]
    public void Certificates_of_16384_bytes_are_accepted() => Accepted(a => a with { Chain = Filled(a, Limits.MaxCertificateBytes) });

    [Fact]
    public void Certificates_of_one_byte_more_are_refused() =>
        Refused(ProtocolError.BadMessage, a => a with { Chain = Filled(a, Limits.MaxCertificateBytes + 1) });

    [Fact]
    public void An_empty_certificate_is_refused() => Refused(ProtocolError.BadMessage, a => a with { Chain = [a.Identity.Leaf, []] });

    [Fact]
    public void A_byte_behind_a_certificate_is_refused() =>
        Refused(ProtocolError.BadMessage, a => a with { Chain = [a.Identity.Leaf, [.. a.Identity.Leaf, 0]] });

    [Fact]
    public void A_leaf_that_is_no_certificate_is_refused() => Refused(ProtocolError.BadMessage, a => a with { Chain = [[0x30, 0x00]] });

    [Fact]
    public void A_leaf_in_PEM_is_refused() => Refused(
        ProtocolError.BadMessage, a => a with { Chain = [Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", a.Identity.Leaf))] });

    [Fact]
    public void Own_leaf_is_refused() =>
        Refused(ProtocolError.Reflected, a => a with { Chain = TestIdentity.Of(Other(a.Role)).Local.Chain });

    [Fact]
    public void An_algorithm_that_was_not_offered_is_refused() => Refused(ProtocolError.NotOffered, a => a with { Algorithm = 0x0401 });

    [Fact]
    public void An_algorithm_that_is_not_the_leafs_is_refused() =>
        Refused(ProtocolError.BadSignature, a => a with { Algorithm = (ushort)SignatureScheme.EcdsaP384Sha384 });

    [Fact]
    public void A_leaf_of_another_curve_is_refused() =>
        Refused(ProtocolError.BadSignature, a => a with { Chain = [TestIdentity.LeafWith(() => ECDsa.Create(ECCurve.NamedCurves.nistP521))] });

    [Fact]
    public void A_leaf_whose_curve_is_written_out_is_refused() => Refused(
        ProtocolError.BadSignature, a => a with { Chain = [TestIdentity.LeafWith(() => ECDsa.Create(WrittenOut(ECCurve.NamedCurves.nistP256)))] });

    [Fact]
    public void The_signature_of_another_key_is_refused() => Refused(ProtocolError.BadSignature, a => a with { Chain = [TestIdentity.Create("x.test").Leaf] });

    [Fact]
    public void The_context_of_the_other_role_is_refused() => Refused(
        ProtocolError.BadSignature,
        a => a with { Content = content => Replace(content, $"{a.Role}".ToLowerInvariant(), $"{Other(a.Role)}".ToLowerInvariant()) });

    [Fact]
    public void A_signature_without_the_padding_is_refused() => Refused(ProtocolError.BadSignature, a => a with { Content = content => content[64..] });

    [Fact]
    public void A_signature_over_another_transcript_is_refused() => Refused(
        ProtocolError.BadSignature, a => a with { Content = content => [.. content[..^1], (byte)(content[^1] ^ 1)] });

    [Fact]
    public void A_signature_in_DER_is_refused() => Refused(ProtocolError.BadSignature, a => a with { Sign = _ => new byte[71] });

    [Fact]
    public void A_signature_of_zeros_is_refused() => Refused(ProtocolError.BadSignature, a => a with { Sign = _ => new byte[64] });

    [Fact]
    public void An_empty_signature_is_refused() => Refused(ProtocolError.BadSignature, a => a with { Sign = _ => [] });

    [Fact]
    public void A_salt_of_32_bytes_is_accepted_and_no_other()
    {
        ReferenceAuthentication WithSalt(int size) => new(Role.Responder, Rsa) { Sign = content => PssWithSalt.Sign(Rsa.ExportRsaKey(), content, size) };

        ToInitiator(WithSalt(32));
        Violation.Of(ProtocolError.BadSignature, () => ToInitiator(WithSalt(20)));
        Violation.Of(ProtocolError.BadSignature, () => ToInitiator(WithSalt(0)));
    }

    [Fact]
    public void PKCS1_signatures_are_refused()
    {
        byte[] Sign(byte[] content)
        {
            using RSA rsa = RSA.Create(Rsa.ExportRsaKey());
            return rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        Violation.Of(ProtocolError.BadSignature, () => ToInitiator(new ReferenceAuthentication(Role.Responder, Rsa) { Sign = Sign }));
    }

    [Fact]
    public void A_wrong_MAC_is_refused() => Refused(ProtocolError.BadMac, a => a with { Mac = mac => [(byte)(mac[0] ^ 1), .. mac[1..]] });

    [Fact]
    public void The_MAC_key_of_the_other_role_is_refused() => Refused(ProtocolError.BadMac, a => a with { MacRole = Other(a.Role) });

    [Fact]
    public void A_MAC_one_byte_short_is_refused() => Refused(ProtocolError.BadMessage, a => a with { Mac = mac => mac[..^1] });

    [Fact]
    public void A_byte_left_over_is_refused() => Refused(ProtocolError.BadMessage, a => a with { Plaintext = plaintext => [.. plaintext, 0] });

    [Fact]
    public void The_form_is_checked_before_the_signature() => Refused(
        ProtocolError.BadMessage, a => a with { Sign = _ => new byte[64], Plaintext = plaintext => [.. plaintext, 0] });

    [Fact]
    public void The_leafs_key_is_checked_before_the_signature() => Assert.Contains(
        "key is not one",
        Refused(ProtocolError.BadSignature, a => a with { Algorithm = (ushort)SignatureScheme.RsaPssSha256, Sign = _ => new byte[64] }),
        StringComparison.Ordinal);

    [Fact]
    public void The_signature_is_checked_before_the_MAC() => Refused(
        ProtocolError.BadSignature, a => a with { Sign = _ => new byte[64], Mac = mac => new byte[mac.Length] });

    [Fact]
    public void The_authentication_of_one_main_mode_is_refused_in_another()
    {
        using InitiatorHelloSent first = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, []);
        using InitiatorHelloSent second = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.None, []);
        using ResponderHelloReceived toFirst = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), first.Message);
        using ResponderHelloReceived toSecond = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), second.Message);
        using InitiatorAwaitingAuthentication awaiting = second.Receive(MainModeRun.Split(toSecond.Messages).First);

        Violation.Of(ProtocolError.CannotDecrypt, () => awaiting.Receive(MainModeRun.Split(toFirst.Messages).Second));
    }

    private static string Refused(ProtocolError error, Func<ReferenceAuthentication, ReferenceAuthentication> change)
    {
        ReferenceAuthentication Changed(Role role) => change(new ReferenceAuthentication(role, TestIdentity.Of(role)));

        string toInitiator = Violation.Of(error, () => ToInitiator(Changed(Role.Responder))).Message;
        Assert.Equal(toInitiator, Violation.Of(error, () => ToResponder(Changed(Role.Initiator))).Message);
        return toInitiator;
    }

    private static void Accepted(Func<ReferenceAuthentication, ReferenceAuthentication> change)
    {
        ToInitiator(change(new ReferenceAuthentication(Role.Responder, TestIdentity.Of(Role.Responder))));
        ToResponder(change(new ReferenceAuthentication(Role.Initiator, TestIdentity.Of(Role.Initiator))));
    }

    private static void ToInitiator(ReferenceAuthentication authentication)
    {
        using InitiatorHelloSent started = InitiatorHelloSent.Start(MainModeRun.Settings(Role.Initiator), Demand.Require, []);
        using var responder = new ReferenceResponder(started.Message);
        using InitiatorAwaitingAuthentication awaiting = started.Receive(responder.MakeR2());
        using InitiatorAwaitingVerdict verdict = awaiting.Receive(responder.MakeR3(authentication));
        Assert.Equal(authentication.Chain, verdict.PeerChain);
    }

    private static void ToResponder(ReferenceAuthentication authentication)
    {
        using var initiator = new ReferenceInitiator();
        byte[] r1 = initiator.Hello.Encode();
        using ResponderHelloReceived received = ResponderHelloReceived.Receive(MainModeRun.Settings(Role.Responder), r1);
        (byte[] r2, byte[] r3) = MainModeRun.Split(received.Messages);
        using ResponderAwaitingVerdict verdict = received.Receive(initiator.MakeR4(r1, r2, r3, authentication));
        Assert.Equal(authentication.Chain, verdict.PeerChain);
    }

    private static Role Other(Role role) => role == Role.Initiator ? Role.Responder : Role.Initiator;

    // The leaf, and one value in DER that fills up to the size: 30 82 and a length of two bytes.
    private static byte[][] Filled(ReferenceAuthentication authentication, int size)
    {
        byte[] leaf = authentication.Identity.Leaf;
        int rest = size - leaf.Length - 4;
        return [leaf, [0x30, 0x82, (byte)(rest >> 8), (byte)rest, .. new byte[rest]]];
    }

    private static byte[] Replace(byte[] content, string old, string with)
    {
        int at = content.AsSpan().IndexOf(Encoding.ASCII.GetBytes(old));
        return [.. content[..at], .. Encoding.ASCII.GetBytes(with), .. content[(at + old.Length)..]];
    }

    private static ECCurve WrittenOut(ECCurve named)
    {
        using ECDsa key = ECDsa.Create(named);
        return key.ExportExplicitParameters(includePrivateParameters: false).Curve;
    }
}
