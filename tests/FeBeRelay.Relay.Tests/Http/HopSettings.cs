using FeBeRelay.Relay.Tests.Http.Stock;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>What the cases of one test run against, and how long they wait. Flows with the calls of that test.</summary>
internal static class HopSettings
{
    private static readonly AsyncLocal<bool> StockFlow = new();
    private static readonly AsyncLocal<TimeSpan?> PatienceFlow = new();

    /// <summary>Whether a stock YARP stands in for the nodes.</summary>
    public static bool IsStock
    {
        get => StockFlow.Value;
        set => StockFlow.Value = value;
    }

    /// <summary>How long a socket waits for bytes: a safety net, but for cases that are known to wait in vain.</summary>
    public static TimeSpan Patience
    {
        get => PatienceFlow.Value ?? TimeSpan.FromSeconds(20);
        set => PatienceFlow.Value = value;
    }

    /// <summary>What the case runs against.</summary>
    public static ITestedProxy ProxyFor(HttpNodes nodes) => IsStock ? new StockProxy(nodes.Settings) : nodes;
}
