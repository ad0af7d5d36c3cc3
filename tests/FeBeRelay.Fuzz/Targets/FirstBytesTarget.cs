using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Negotiation;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>What a stranger sends to a node port, from the first byte: preface, records, R1, M1. The input's first byte is the size of the pieces that it comes in.</summary>
internal sealed class FirstBytesTarget() : FuzzTarget("first-bytes", MakeSeeds, allowance: 100_000)
{
    private static readonly byte[] Alert = [(byte)RecordType.Alert, 0, 0, 0, 0];

    public override IReadOnlyList<byte[]> Words => [Preface.Bytes.ToArray(), Alert, .. Texts("GET / HTTP/1.1\r\n", "EHLO x\r\n", "\r\n\r\n")];

    public override int Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return 0;
        }
        using var negotiation = new ResponderNegotiation(FuzzNodes.Responder, TimeSpan.Zero);
        int piece = input[0] == 0 ? input.Length : input[0];
        int messages = 0;
        try
        {
            for (int at = 1; at < input.Length && negotiation.Status == NegotiationStatus.NeedsBytes; at += piece)
            {
                negotiation.Receive(input.AsSpan(at, Math.Min(piece, input.Length - at)));
                messages++;
                if (negotiation.Status == NegotiationStatus.NeedsAssociation)
                {
                    negotiation.AnswerUnknown();
                }
            }
        }
        catch (ProtocolException e)
        {
            bool isAlert = negotiation.TakeOutput().AsSpan().EndsWith(Alert);
            if (isAlert == (e.Error == ProtocolError.AlertedByPeer) || negotiation.Status != NegotiationStatus.Failed)
            {
                throw new InvalidOperationException($"{e.Error} is answered in another way than the others", e);
            }
        }
        return messages;
    }

    private static byte[][] MakeSeeds()
    {
        using var association = new TestAssociation(number: 1);
        using var quickMode = new Protocol.QuickMode.QuickModeInitiator(association.Keys, 1, forwardSecrecy: true, FuzzNodes.InitiatorEntropy);
        byte[] preface = Preface.Bytes.ToArray();
        return
        [
            [0, .. preface, .. FuzzNodes.Run.R1],
            [7, .. preface, .. FuzzNodes.Run.R1, .. FuzzNodes.Run.R4],
            [0, .. preface, .. quickMode.Message],
            [64, .. preface, .. quickMode.Message, .. FuzzNodes.Run.R1],
            [1, .. preface, .. Alert],
            [0, .. Texts("GET / HTTP/1.1\r\nHost: be1\r\n\r\n")[0]],
        ];
    }
}
