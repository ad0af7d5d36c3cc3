using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Fuzz.Targets;

/// <summary>R2 at the initiator.</summary>
internal sealed class ResponderHelloTarget() : FuzzTarget("responder-hello", () => [FuzzNodes.Run.R2], allowance: 100_000)
{
    public override int Run(byte[] input)
    {
        using InitiatorHelloSent sent = InitiatorHelloSent.Start(FuzzNodes.Initiator, Demand.Require, []);
        try
        {
            sent.Receive(input).Dispose();
        }
        catch (ProtocolException)
        {
            // Declared.
        }
        return 1;
    }
}
