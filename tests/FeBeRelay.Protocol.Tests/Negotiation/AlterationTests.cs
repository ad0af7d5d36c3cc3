using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Pairs;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Negotiation;

/// <summary>
/// Somebody in between changes one preface or record of a handshake: no application byte arrives, and no end stays half open.
/// Every bit of every unit is flipped, one connection each, but of the two authentications (R3, R4) one random bit of every byte:
/// the tests of main mode flip each of their bits.
/// </summary>
public sealed class AlterationTests
{
    private const string Main = "main mode";
    private const string Quick = "quick mode";
    private const string Kerberos = "main mode by Kerberos";

    private static readonly byte[] Alert = [0x7F, 0, 0, 0, 0];

    /// <summary>
    /// Units of main mode and quick mode: initiator preface, R1, R4, M1; responder preface, R2, R3, accept, M2. By Kerberos, of main mode: initiator R1, R4, R6; responder R2, R3, R5, accept.
    /// </summary>
    public static TheoryData<string, bool, int> Units() => new()
    {
        { Main, true, 0 }, { Main, true, 1 }, { Main, true, 2 }, { Main, true, 3 },
        { Main, false, 0 }, { Main, false, 1 }, { Main, false, 2 }, { Main, false, 3 }, { Main, false, 4 },
        { Quick, true, 0 }, { Quick, true, 1 }, { Quick, false, 0 }, { Quick, false, 1 },
        { Kerberos, true, 1 }, { Kerberos, true, 2 }, { Kerberos, true, 3 },
        { Kerberos, false, 1 }, { Kerberos, false, 2 }, { Kerberos, false, 3 }, { Kerberos, false, 4 },
    };

    [Theory]
    [MemberData(nameof(Units))]
    public void A_flipped_bit_delivers_nothing(string start, bool fromInitiator, int unit)
    {
        PairNodes nodes = Nodes(start);
        byte[] unchanged = Observe(nodes, start, fromInitiator, unit);
        bool isAuthentication = (RecordType)unchanged[0] is RecordType.InitiatorAuthentication or RecordType.ResponderAuthentication or RecordType.ResponderProof;
        int step = isAuthentication ? 8 : 1;
        for (int first = 0; first < unchanged.Length * 8; first += step)
        {
            int bit = first + Random.Shared.Next(step);
            AssertNothingArrives(nodes, start, fromInitiator, unit, $"bit {bit}", bytes =>
            {
                // Lengths of ECDSA records are fixed, so that every connection has the bit.
                byte[] flipped = [.. bytes];
                flipped[bit / 8] ^= (byte)(1 << bit % 8);
                return [flipped];
            });
        }
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void A_truncated_unit_delivers_nothing(string start, bool fromInitiator, int unit)
    {
        PairNodes nodes = Nodes(start);
        int length = Observe(nodes, start, fromInitiator, unit).Length;
        for (int kept = 0; kept < length; kept++)
        {
            int end = kept;
            AssertNothingArrives(nodes, start, fromInitiator, unit, $"{end} bytes", bytes => [bytes[..end]]);
        }
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void A_repeated_unit_delivers_nothing(string start, bool fromInitiator, int unit)
    {
        PairNodes nodes = Nodes(start);

        AssertNothingArrives(nodes, start, fromInitiator, unit, "twice", bytes => [bytes, bytes], mayBothBeDone: true);
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void A_unit_behind_its_next_delivers_nothing(string start, bool fromInitiator, int unit)
    {
        PairNodes nodes = Nodes(start);
        byte[] held = [];
        AssertNothingArrives(nodes, start, (initiator, index, bytes) =>
        {
            if (initiator != fromInitiator || (index != unit && index != unit + 1))
            {
                return [bytes];
            }
            // Where the next unit waits for this one, the two never come.
            bool isHeld = index == unit;
            held = isHeld ? bytes : held;
            return isHeld ? [] : [bytes, held];
        }, "reordered", mayBothBeDone: false);
    }

    private static PairNodes Nodes(string start)
    {
        PairNodes nodes = start == Kerberos ? PairNodes.WithKerberos() : new PairNodes();
        if (start == Quick)
        {
            Pair.Run(nodes).Dispose();
        }
        return nodes;
    }

    private static byte[] Observe(PairNodes nodes, string start, bool fromInitiator, int unit)
    {
        byte[] seen = [];
        nodes.Association = start == Quick ? nodes.Association : null;
        using Pair pair = Pair.Run(nodes, (initiator, index, bytes) =>
        {
            seen = initiator == fromInitiator && index == unit ? bytes : seen;
            return [bytes];
        });
        Assert.Equal((NegotiationStatus.Done, NegotiationStatus.Done), (pair.Initiator.Status, pair.Responder.Status));
        return seen;
    }

    private static void AssertNothingArrives(
        PairNodes nodes, string start, bool fromInitiator, int unit, string what, Func<byte[], IEnumerable<byte[]>> change, bool mayBothBeDone = false) =>
        AssertNothingArrives(
            nodes, start, (initiator, index, bytes) => initiator == fromInitiator && index == unit ? change(bytes) : [bytes], what, mayBothBeDone);

    private static void AssertNothingArrives(PairNodes nodes, string start, PairWire wire, string what, bool mayBothBeDone)
    {
        nodes.Association = start == Quick ? nodes.Association : null;
        using Pair pair = Pair.Run(nodes, wire);
        pair.SendBothWays([1, 2, 3], [4, 5]);
        pair.Wait(Limits.HandshakeDeadline);

        Assert.True(pair.Initiator.Delivered.Length + pair.Responder.Delivered.Length == 0, $"{what}: application bytes arrived");
        bool bothDone = pair.Initiator.Status == NegotiationStatus.Done && pair.Responder.Status == NegotiationStatus.Done;
        Assert.False(bothDone && !mayBothBeDone, $"{what}: both ends are done");
        AssertEnded(pair.Initiator, what);
        AssertEnded(pair.Responder, what);
    }

    // All failures look the same from outside (clause 8.1); who was told by the alert is silent.
    private static void AssertEnded(PairSide side, string what)
    {
        Assert.True(side.Status is NegotiationStatus.Done or NegotiationStatus.Failed, $"{what}: half open at {side.Status}");
        if (side.Status == NegotiationStatus.Failed)
        {
            byte[] expected = side.Failure!.Error == ProtocolError.AlertedByPeer ? []
                : side.SpokeBefore ? Alert
                : [.. Preface.Bytes, .. Alert];
            Assert.True(expected.AsSpan().SequenceEqual(side.LastWords), $"{what}: {side.Failure.Error} says {Convert.ToHexString(side.LastWords)}");
        }
    }
}
