using System.Buffers.Binary;
using System.Security.Cryptography;
using FeBeRelay.Channel.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.QuickMode;
using FeBeRelay.Protocol.Tests.Handshake;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;
using FeBeRelay.Testing.Handshake;

namespace FeBeRelay.Protocol.Tests.Hostile;

/// <summary>Misbehaviour before a connection is a channel, by stages.</summary>
internal static class HandshakeMisbehaviours
{
    private static readonly byte[] Preface = Protocol.Wire.Preface.Bytes.ToArray();
    private static readonly RecordType[] Types = Enum.GetValues<RecordType>();

    public static IEnumerable<Misbehaviour> All =>
    [
        .. FirstBytes(), .. InitiatorHellos(), .. WrongTypes(), .. Authentications(), .. ResponderHellos(), .. Verdicts(), .. Requests(), .. Answers(),
    ];

    private static IEnumerable<Misbehaviour> FirstBytes()
    {
        Misbehaviour Of(string name, ProtocolError error, params byte[][] bytes) =>
            new(Role.Initiator, "first bytes", name, error, () => HandshakeStage.ToResponder(bytes));
        yield return Of("an HTTP request", ProtocolError.NotThisProtocol, "GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        yield return Of("a TLS hello", ProtocolError.NotThisProtocol, [0x16, 0x03, 0x01, 0x00, 0xC8]);
        yield return Of("an SSH greeting", ProtocolError.NotThisProtocol, "SSH-2.0-x\r\n"u8.ToArray());
        yield return Of("a PROXY protocol header", ProtocolError.NotThisProtocol, "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n"u8.ToArray());
        yield return Of("HTTP/2's preface", ProtocolError.NotThisProtocol, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        yield return Of("zeros", ProtocolError.NotThisProtocol, new byte[64]);
        for (int i = 0; i < Preface.Length; i++)
        {
            byte[] wrong = [.. Preface];
            wrong[i] ^= 0x20;
            yield return Of($"a preface with byte {i + 1} wrong", ProtocolError.NotThisProtocol, wrong);
        }
        yield return Of("a preface in single bytes, the last one wrong", ProtocolError.NotThisProtocol, [.. Preface[..^1].Select(b => (byte[])[b]), [0x0D]]);
        yield return Of("the preface twice", ProtocolError.UnexpectedMessage, Preface, Preface);
        yield return Of("more bytes than may come before authentication", ProtocolError.LimitReached, new byte[Limits.MaxUnauthenticatedBytes + 1]);
        yield return Of("more bytes than may come, behind a good preface", ProtocolError.LimitReached, Preface, new byte[Limits.MaxUnauthenticatedBytes]);
    }

    private static IEnumerable<Misbehaviour> InitiatorHellos()
    {
        foreach ((string name, (ProtocolError error, Func<InitiatorHello, byte[]> broken)) in BrokenInitiatorHellos.All)
        {
            yield return new(Role.Initiator, "R1", name, error, () => HandshakeStage.ToResponder([.. Preface, .. broken(GoodHello())]));
        }
        foreach ((string name, ProtocolError error, Func<byte[], byte[]> change) in BrokenHybridShares())
        {
            yield return new(Role.Initiator, "R1", name, error, () => HandshakeStage.ToResponder(Group.P256MlKem768, [.. Preface, .. HybridHello(change)]));
        }
        // What is behind a cut cannot be read: the length says that it is not there.
        byte[] whole = GoodHello().Encode();
        foreach (int size in (int[])[1, 3, 20, 35, 36, 40, 57, 60, 62, 66, 100, whole.Length - RecordHeader.Size - 1])
        {
            byte[] cut = whole[..(RecordHeader.Size + size)];
            BinaryPrimitives.WriteUInt16BigEndian(cut.AsSpan(3), (ushort)size);
            yield return new(Role.Initiator, "R1", $"a hello of {size} bytes, cut inside a field", ProtocolError.BadMessage, () => HandshakeStage.ToResponder([.. Preface, .. cut]));
        }
    }

    private static IEnumerable<(string, ProtocolError, Func<byte[], byte[]>)> BrokenHybridShares() =>
    [
        ("a hybrid share with a key out of range", ProtocolError.BadShare, share => [.. share[..65], 0xFF, (byte)(share[66] | 0x0F), .. share[67..]]),
        ("a hybrid share with a key of ones", ProtocolError.BadShare, share => [.. share[..65], .. Enumerable.Repeat((byte)0xFF, share.Length - 65)]),
        ("a hybrid share with a point that is none", ProtocolError.BadShare, share => [.. share[..64], (byte)(share[64] ^ 1), .. share[65..]]),
        ("a hybrid share with a compressed point", ProtocolError.BadShare, share => [0x02, .. share[1..]]),
        ("a hybrid share of a responder's length", ProtocolError.BadMessage, share => share[..1_153]),
        ("a hybrid share one byte short", ProtocolError.BadMessage, share => share[..^1]),
        ("a hybrid share without the key", ProtocolError.BadMessage, share => share[..65]),
    ];

    private static byte[] HybridHello(Func<byte[], byte[]> change)
    {
        using KeyShare share = KeyShare.Create(Group.P256MlKem768, NodeEntropy.Instance);
        return (GoodHello() with { Shares = [new Share(Group.P256MlKem768.Id, change(share.Public))] }).Encode();
    }

    /// <summary>Each type where another belongs. An alert is heard everywhere; where two types belong, both are left out.</summary>
    private static IEnumerable<Misbehaviour> WrongTypes()
    {
        foreach (RecordType type in Types.Where(t => t != RecordType.Alert))
        {
            byte[] record = SomeRecord(type);
            if (type is not (RecordType.InitiatorHello or RecordType.QuickModeRequest))
            {
                yield return new(Role.Initiator, "R1", $"{type} as the first record", ProtocolError.UnexpectedMessage, () => HandshakeStage.ToResponder([.. Preface, .. record]));
            }
            if (type != RecordType.InitiatorAuthentication)
            {
                yield return new(Role.Initiator, "R4", $"{type} in its place", ProtocolError.UnexpectedMessage, () => HandshakeStage.BehindHello((_, _, _, _) => record));
            }
            if (type != RecordType.QuickModeRequest)
            {
                yield return new(Role.Initiator, "M1 behind main mode", $"{type} in its place", ProtocolError.UnexpectedMessage, () => HandshakeStage.BehindAccept(_ => record));
            }
            if (type != RecordType.ResponderHello)
            {
                yield return new(Role.Responder, "R2", $"{type} in its place", ProtocolError.UnexpectedMessage, () => HandshakeStage.ToInitiator(_ => [.. Preface, .. record]));
            }
            if (type != RecordType.ResponderAuthentication)
            {
                yield return new(Role.Responder, "R3", $"{type} in its place", ProtocolError.UnexpectedMessage, () => HandshakeStage.ToInitiator(p => [.. Preface, .. p.MakeR2(), .. record]));
            }
            if (type is not (RecordType.Accept or RecordType.Decline))
            {
                yield return new(Role.Responder, "accept", $"{type} in its place", ProtocolError.UnexpectedMessage, () => HandshakeStage.BehindAuthentication((_, _) => record));
            }
            if (type is not (RecordType.QuickModeResponse or RecordType.Refuse or RecordType.Unknown))
            {
                yield return new(Role.Responder, "M2", $"{type} in its place", ProtocolError.UnexpectedMessage, () => HandshakeStage.AnswerToRequest(true, (_, _) => record));
            }
        }
    }

    private static IEnumerable<Misbehaviour> Authentications()
    {
        foreach ((string name, ProtocolError error, Func<ReferenceAuthentication, ReferenceAuthentication> change) in BrokenAuthentications())
        {
            ReferenceAuthentication Changed(Role role) => change(new ReferenceAuthentication(role, TestIdentity.Of(role)));
            yield return new(Role.Initiator, "R4", name, error, () => HandshakeStage.BehindHello((p, r1, r2, r3) => p.MakeR4(r1, r2, r3, Changed(Role.Initiator))));
            yield return new(Role.Responder, "R3", name, error, () => HandshakeStage.ToInitiator(p => [.. Preface, .. p.MakeR2(), .. p.MakeR3(Changed(Role.Responder))]));
        }
    }

    private static IEnumerable<(string, ProtocolError, Func<ReferenceAuthentication, ReferenceAuthentication>)> BrokenAuthentications() =>
    [
        ("the key of the other role", ProtocolError.CannotDecrypt, a => a with { KeyRole = Other(a.Role) }),
        ("no certificate", ProtocolError.BadMessage, a => a with { Chain = [] }),
        ("six certificates", ProtocolError.BadMessage, a => a with { Chain = [.. Enumerable.Repeat(a.Identity.Leaf, 6)] }),
        ("an empty certificate", ProtocolError.BadMessage, a => a with { Chain = [a.Identity.Leaf, []] }),
        ("a byte behind a certificate", ProtocolError.BadMessage, a => a with { Chain = [[.. a.Identity.Leaf, 0]] }),
        ("a leaf that is no certificate", ProtocolError.BadMessage, a => a with { Chain = [[0x30, 0x00]] }),
        ("a certificate longer than the record", ProtocolError.BadMessage, a => a with { Certificates = c => [c[0], 0xFF, .. c[2..]] }),
        ("a count of certificates that is not theirs", ProtocolError.BadMessage, a => a with { Certificates = c => [2, .. c[1..]] }),
        ("this program's own leaf", ProtocolError.Reflected, a => a with { Chain = TestIdentity.Of(Other(a.Role)).Local.Chain }),
        ("an algorithm that was not offered", ProtocolError.NotOffered, a => a with { Algorithm = 0x0401 }),
        ("an algorithm of another key", ProtocolError.BadSignature, a => a with { Algorithm = (ushort)SignatureScheme.EcdsaP384Sha384 }),
        ("an algorithm of RSA for a curve", ProtocolError.BadSignature, a => a with { Algorithm = (ushort)SignatureScheme.RsaPssSha256 }),
        ("a leaf on P-521", ProtocolError.BadSignature, a => a with { Chain = [TestIdentity.LeafWith(() => ECDsa.Create(ECCurve.NamedCurves.nistP521))] }),
        ("a leaf of RSA 1024", ProtocolError.BadSignature, a => a with { Chain = [TestIdentity.LeafWith(() => RSA.Create(1_024))], Algorithm = (ushort)SignatureScheme.RsaPssSha256 }),
        ("the leaf of somebody else", ProtocolError.BadSignature, a => a with { Chain = [TestIdentity.Create("x.test").Leaf] }),
        ("a signature over another transcript", ProtocolError.BadSignature, a => a with { Content = content => [.. content[..^1], (byte)(content[^1] ^ 1)] }),
        ("a signature without the padding", ProtocolError.BadSignature, a => a with { Content = content => content[64..] }),
        ("a signature without the context", ProtocolError.BadSignature, a => a with { Content = content => [.. content[..64], .. content[^48..]] }),
        ("a signature in DER", ProtocolError.BadSignature, a => a with { Sign = _ => new byte[71] }),
        ("a signature of zeros", ProtocolError.BadSignature, a => a with { Sign = _ => new byte[64] }),
        ("a signature of ones", ProtocolError.BadSignature, a => a with { Sign = _ => [.. Enumerable.Repeat((byte)0xFF, 64)] }),
        ("an empty signature", ProtocolError.BadSignature, a => a with { Sign = _ => [] }),
        ("r and s exchanged", ProtocolError.BadSignature, a => a with { Sign = content => a.Identity.Sign(content) is var s ? [.. s[32..], .. s[..32]] : [] }),
        ("a MAC with one bit wrong", ProtocolError.BadMac, a => a with { Mac = mac => [(byte)(mac[0] ^ 1), .. mac[1..]] }),
        ("a MAC of zeros", ProtocolError.BadMac, a => a with { Mac = mac => new byte[mac.Length] }),
        ("the MAC key of the other role", ProtocolError.BadMac, a => a with { MacRole = Other(a.Role) }),
        ("a MAC one byte short", ProtocolError.BadMessage, a => a with { Mac = mac => mac[..^1] }),
        ("no MAC", ProtocolError.BadMessage, a => a with { Mac = _ => [] }),
        ("a byte left over", ProtocolError.BadMessage, a => a with { Plaintext = p => [.. p, 0] }),
        ("an empty plaintext", ProtocolError.BadMessage, a => a with { Plaintext = _ => [] }),
    ];

    private static IEnumerable<Misbehaviour> ResponderHellos()
    {
        Misbehaviour Of(string name, ProtocolError error, Func<ResponderHello, ResponderHello> change) =>
            Raw(name, error, p => (p.Hello = change(p.Hello)).Encode());
        Misbehaviour Raw(string name, ProtocolError error, Func<ReferenceResponder, byte[]> make) =>
            new(Role.Responder, "R2", name, error, () => HandshakeStage.ToInitiator(p => [.. Preface, .. make(p)]));
        yield return Of("version 2", ProtocolError.NotOffered, h => h with { Version = 2 });
        yield return Of("version 0", ProtocolError.NotOffered, h => h with { Version = 0 });
        yield return Of("a suite that nobody knows", ProtocolError.NotOffered, h => h with { Suite = 0x7777 });
        yield return Of("a suite that was not offered", ProtocolError.NotOffered, h => h with { Suite = Suite.Aes256Gmac.Id });
        yield return Of("a group that was not offered", ProtocolError.NotOffered, h => h with { Share = new Share(Group.P384.Id, [0x04, .. new byte[96]]) });
        yield return Of("a group that nobody knows", ProtocolError.NotOffered, h => h with { Share = new Share(0x7777, [1]) });
        yield return Of("a compressed share", ProtocolError.BadShare, h => h with { Share = h.Share with { Public = [0x02, .. h.Share.Public[1..]] } });
        yield return Of("a share that is not a point", ProtocolError.BadShare, h => h with { Share = h.Share with { Public = [.. h.Share.Public[..64], (byte)(h.Share.Public[64] ^ 1)] } });
        yield return Of("a share of zeros", ProtocolError.BadShare, h => h with { Share = h.Share with { Public = [0x04, .. new byte[64]] } });
        yield return Of("a share one byte short", ProtocolError.BadMessage, h => h with { Share = h.Share with { Public = h.Share.Public[..64] } });
        yield return Of("an empty share", ProtocolError.BadMessage, h => h with { Share = h.Share with { Public = [] } });
        yield return Of("a hybrid share that was not offered", ProtocolError.NotOffered, h => h with { Share = new Share(Group.P256MlKem768.Id, [.. h.Share.Public, .. new byte[1_088]]) });
        yield return Of("a hybrid share of an initiator's length", ProtocolError.BadMessage, h => h with { Share = new Share(Group.P256MlKem768.Id, [.. h.Share.Public, .. new byte[1_184]]) });
        yield return Of("no signature algorithm", ProtocolError.BadMessage, h => h with { Signatures = [] });
        yield return Of("a signature algorithm twice", ProtocolError.BadMessage, h => h with { Signatures = [0x0403, 0x0403] });
        yield return Of("9 signature algorithms", ProtocolError.BadMessage, h => h with { Signatures = [1, 2, 3, 4, 5, 6, 7, 8, 9] });
        yield return Of("no signature algorithm of this node", ProtocolError.NothingInCommon, h => h with { Signatures = [0x0503] });
        yield return Raw("a byte left over", ProtocolError.BadMessage, p => Relength([.. p.Hello.Encode(), 0]));
        yield return Raw("an empty hello", ProtocolError.BadMessage, _ => SomeRecord(RecordType.ResponderHello));
        yield return Raw("epoch 1", ProtocolError.BadMessage, p => [p.Hello.Encode()[0], 1, .. p.Hello.Encode()[2..]]);
        yield return Raw("a length above the maximum", ProtocolError.TooLong, _ => [(byte)RecordType.ResponderHello, 0, 0xFF, 0xFF, 0xFF]);
        yield return Raw("an unknown type", ProtocolError.UnexpectedMessage, _ => [0x6E, 0, 0, 0, 0]);
        yield return new(Role.Responder, "R2", "this program's own preface and R1, sent back", ProtocolError.UnexpectedMessage, () => HandshakeStage.ToInitiator(p => [.. Preface, .. GoodHello().Encode()]));
        yield return new(Role.Responder, "R2", "an HTTP answer", ProtocolError.NotThisProtocol, () => HandshakeStage.ToInitiator(_ => "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray()));
        yield return new(Role.Responder, "R2", "an alert", ProtocolError.AlertedByPeer, () => HandshakeStage.ToInitiator(_ => [.. Preface, 0x7F, 0, 0, 0, 0]));
        yield return new(Role.Responder, "R2", "an answer without the preface", ProtocolError.NotThisProtocol, () => HandshakeStage.ToInitiator(p => p.MakeR2()));
    }

    private static IEnumerable<Misbehaviour> Verdicts()
    {
        Misbehaviour Of(string name, ProtocolError error, RecordType type, byte[] plaintext) =>
            new(Role.Responder, "accept", name, error, () => HandshakeStage.BehindAuthentication((p, r4) => p.MakeVerdict(r4, type, plaintext)));
        byte[] Accept(int at = 0, params byte[] patch)
        {
            byte[] accept = [.. MainModeRun.Id, .. Lifetime(28_800), 0, 0, 0, 0, .. Lifetime(900), .. Lifetime(100_000), 1, 0];
            patch.CopyTo(accept, at);
            return accept;
        }
        yield return Of("an association of 9 seconds", ProtocolError.BadMessage, RecordType.Accept, Accept(16, 0, 0, 0, 9));
        yield return Of("an association longer than offered", ProtocolError.NotOffered, RecordType.Accept, Accept(16, Lifetime(28_801)));
        yield return Of("keys of 9 seconds", ProtocolError.BadMessage, RecordType.Accept, Accept(24, 0, 0, 0, 9));
        yield return Of("keys longer than offered", ProtocolError.NotOffered, RecordType.Accept, Accept(24, Lifetime(901)));
        yield return Of("keys of 1023 kilobytes", ProtocolError.BadMessage, RecordType.Accept, Accept(28, Lifetime(1_023)));
        yield return Of("keys of more kilobytes than offered", ProtocolError.NotOffered, RecordType.Accept, Accept(28, Lifetime(100_001)));
        yield return Of("an answer that is not listed", ProtocolError.BadMessage, RecordType.Accept, Accept(32, 2));
        yield return Of("a fate of an association that nobody tried", ProtocolError.BadMessage, RecordType.Accept, Accept(33, 1));
        yield return Of("a fate that is not listed", ProtocolError.BadMessage, RecordType.Accept, Accept(33, 3));
        yield return Of("a byte missing", ProtocolError.BadMessage, RecordType.Accept, Accept()[..^1]);
        yield return Of("a byte left over", ProtocolError.BadMessage, RecordType.Accept, [.. Accept(), 0]);
        yield return Of("an empty accept", ProtocolError.BadMessage, RecordType.Accept, []);
        yield return Of("a decline with code 0", ProtocolError.BadMessage, RecordType.Decline, [0]);
        yield return Of("a decline with code 8", ProtocolError.BadMessage, RecordType.Decline, [8]);
        yield return Of("an empty decline", ProtocolError.BadMessage, RecordType.Decline, []);
        yield return Of("a decline with a byte left over", ProtocolError.BadMessage, RecordType.Decline, [2, 0]);
        yield return new(Role.Responder, "accept", "one bit of it wrong", ProtocolError.CannotDecrypt, () => HandshakeStage.BehindAuthentication((p, r4) => Flip(p.MakeVerdict(r4, RecordType.Accept, Accept()))));
        yield return new(Role.Responder, "accept", "an accept of another main mode", ProtocolError.CannotDecrypt, () => HandshakeStage.BehindAuthentication((p, r4) => p.MakeVerdict([.. r4, 0], RecordType.Accept, Accept())));
        yield return new(Role.Responder, "accept", "an accept shorter than its tag", ProtocolError.BadMessage, () => HandshakeStage.BehindAuthentication((_, _) => Record(RecordType.Accept, new byte[15])));
    }

    private static IEnumerable<Misbehaviour> Requests()
    {
        Misbehaviour Of(string name, ProtocolError error, Func<TestAssociation, byte[]> request, params ulong[] seen) =>
            new(Role.Initiator, "M1", name, error, () => HandshakeStage.FirstRequest(request, seen));
        byte[] M1(TestAssociation a, ulong counter = 5, bool forwardSecrecy = true)
        {
            using var initiator = new QuickModeInitiator(a.Keys, counter, forwardSecrecy, NodeEntropy.Instance);
            return initiator.Message;
        }
        // The binder is made anew: what is broken is the form, and not the proof.
        byte[] Changed(TestAssociation a, int at, byte value)
        {
            byte[] m1 = M1(a)[RecordHeader.Size..^a.Keys.Suite.HashSize];
            m1[at] = value;
            return Record(RecordType.QuickModeRequest, [.. m1, .. QuickModeSchedule.Binder1(a.Keys, m1)]);
        }
        const int FlagsAt = 1, GroupAt = 58, PointAt = 62;
        yield return Of("a counter that was used before", ProtocolError.Replayed, a => M1(a), 5);
        yield return Of("a counter older than the window", ProtocolError.Replayed, a => M1(a), 5 + Limits.CounterWindow);
        yield return Of("counter 0", ProtocolError.Replayed, a => M1(a, 0));
        yield return Of("one bit of the binder wrong", ProtocolError.BadMac, a => Flip(M1(a)));
        yield return Of("a binder of zeros", ProtocolError.BadMac, a => [.. M1(a)[..^48], .. new byte[48]]);
        yield return Of("a binder of the other hash", ProtocolError.BadMac, a => Relength(M1(a)[..^16]));
        yield return Of("a binder one byte short", ProtocolError.BadMessage, a => Relength(M1(a)[..^1]));
        yield return Of("no binder", ProtocolError.BadMessage, a => Relength(M1(a)[..^48]));
        yield return Of("a byte left over", ProtocolError.BadMessage, a => Relength([.. M1(a), 0]));
        yield return Of("mode 0", ProtocolError.BadMessage, a => Changed(a, 0, 0));
        yield return Of("mode live outside a channel", ProtocolError.BadMessage, a => Changed(a, 0, 2));
        yield return Of("flags 2", ProtocolError.BadMessage, a => Changed(a, FlagsAt, 2));
        yield return Of("a share without the flag", ProtocolError.BadMessage, a => Changed(a, FlagsAt, 0));
        yield return Of("a group that nobody knows", ProtocolError.BadMessage, a => Changed(a, GroupAt, 0x77));
        yield return Of("a share of another size than its group's", ProtocolError.BadMessage, a => Changed(a, GroupAt + 1, 0x18));
        yield return Of("a compressed share", ProtocolError.BadShare, a => Changed(a, PointAt, 2));
        yield return Of("a share that is not a point", ProtocolError.BadShare, a => Changed(a, PointAt + 64, 0x5A));
        yield return Of("no share where this program demands one", ProtocolError.NothingInCommon, a => M1(a, forwardSecrecy: false));
        yield return Of("an empty request", ProtocolError.BadMessage, _ => Record(RecordType.QuickModeRequest, []));
        yield return Of("epoch 1", ProtocolError.BadMessage, a => M1(a) is var m ? [m[0], 1, .. m[2..]] : []);
        yield return new(Role.Initiator, "M1", "a second request for an association that is not known", ProtocolError.UnexpectedMessage, () =>
        {
            using var association = new TestAssociation(number: 3);
            return HandshakeStage.ToResponder([.. Preface, .. M1(association)], M1(association));
        });
    }

    private static IEnumerable<Misbehaviour> Answers()
    {
        Misbehaviour Of(string name, ProtocolError error, Func<TestAssociation, byte[], byte[]> answer, bool forwardSecrecy = true) =>
            new(Role.Responder, "M2", name, error, () => HandshakeStage.AnswerToRequest(forwardSecrecy, answer));
        byte[] Changed(TestAssociation a, byte[] m1, int at, byte value)
        {
            byte[] m2 = HandshakeStage.Answer(a, m1);
            m2[RecordHeader.Size + at] = value;
            return m2;
        }
        byte[] M1Nonce(byte[] m1) => m1[(RecordHeader.Size + 26)..(RecordHeader.Size + 58)];
        yield return Of("mode 2", ProtocolError.BadMessage, (a, m1) => Changed(a, m1, 0, 2));
        yield return Of("no share where one was sent", ProtocolError.NotOffered, (a, m1) => Record(RecordType.QuickModeResponse, [1, .. new byte[32], 0, 0, 0, 0, .. new byte[48]]));
        yield return Of("a share where none was sent", ProtocolError.NotOffered, (a, m1) => Record(RecordType.QuickModeResponse, [1, .. new byte[32], 0, 0x17, 0, 65, 4, .. new byte[64], .. new byte[48]]), forwardSecrecy: false);
        yield return Of("a group that nobody knows", ProtocolError.BadMessage, (a, m1) => Changed(a, m1, 33, 0x77));
        yield return Of("a compressed share", ProtocolError.BadShare, (a, m1) => Changed(a, m1, 37, 2));
        yield return Of("a share that is not a point", ProtocolError.BadShare, (a, m1) => Changed(a, m1, 37 + 64, 0x5A));
        yield return Of("this program's own nonce", ProtocolError.Reflected, (a, m1) => HandshakeStage.Answer(a, m1) is var m2 ? [.. m2[..6], .. M1Nonce(m1), .. m2[38..]] : []);
        yield return Of("one bit of the nonce wrong", ProtocolError.BadMac, (a, m1) => HandshakeStage.Answer(a, m1) is var m2 ? [.. m2[..6], (byte)(m2[6] ^ 1), .. m2[7..]] : []);
        yield return Of("one bit of the binder wrong", ProtocolError.BadMac, (a, m1) => Flip(HandshakeStage.Answer(a, m1)));
        yield return Of("a binder one byte short", ProtocolError.BadMessage, (a, m1) => Relength(HandshakeStage.Answer(a, m1)[..^1]));
        yield return Of("a byte left over", ProtocolError.BadMessage, (a, m1) => Relength([.. HandshakeStage.Answer(a, m1), 0]));
        yield return Of("an empty answer", ProtocolError.BadMessage, (_, _) => Record(RecordType.QuickModeResponse, []));
        yield return Of("a refusal that nobody signed", ProtocolError.BadMac, (_, _) => Record(RecordType.Refuse, [1, .. new byte[48]]));
        yield return Of("a refusal with code 0", ProtocolError.BadMac, (_, _) => Record(RecordType.Refuse, [0, .. new byte[48]]));
        yield return Of("a refusal one byte short", ProtocolError.BadMessage, (_, _) => Record(RecordType.Refuse, [1, .. new byte[47]]));
        yield return Of("'unknown' with another id", ProtocolError.BadMessage, (_, m1) => Record(RecordType.Unknown, [.. new byte[16], .. M1Nonce(m1)]));
        yield return Of("'unknown' with another nonce", ProtocolError.BadMessage, (a, _) => Record(RecordType.Unknown, [.. a.Keys.Id, .. new byte[32]]));
        yield return Of("'unknown' one byte short", ProtocolError.BadMessage, (a, m1) => Record(RecordType.Unknown, [.. a.Keys.Id, .. M1Nonce(m1)[1..]]));
        yield return Of("an alert", ProtocolError.AlertedByPeer, (_, _) => [0x7F, 0, 0, 0, 0]);
        yield return Of("this program's own request, sent back", ProtocolError.UnexpectedMessage, (_, m1) => m1);
    }

    private static InitiatorHello GoodHello()
    {
        using var peer = new ReferenceInitiator();
        return peer.Hello;
    }

    private static byte[] SomeRecord(RecordType type) => Record(type, new byte[Math.Min(32, RecordTypes.MaxLength(type))]);

    private static byte[] Record(RecordType type, byte[] body) => new WireWriter().Bytes(body).ToRecord(type);

    private static byte[] Relength(byte[] record)
    {
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(3), (ushort)(record.Length - RecordHeader.Size));
        return record;
    }

    private static byte[] Flip(byte[] record)
    {
        record[^1] ^= 1;
        return record;
    }

    private static byte[] Lifetime(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static Role Other(Role role) => role == Role.Initiator ? Role.Responder : Role.Initiator;
}
