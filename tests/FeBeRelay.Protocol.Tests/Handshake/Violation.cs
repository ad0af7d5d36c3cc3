using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

internal static class Violation
{
    /// <summary>The action must end in the violation given, and in no other.</summary>
    public static ProtocolException Of(ProtocolError error, Action action)
    {
        ProtocolException violation = Assert.Throws<ProtocolException>(action);
        Assert.True(error == violation.Error, $"expected {error}, got {violation.Error}: {violation.Message}");
        return violation;
    }
}
