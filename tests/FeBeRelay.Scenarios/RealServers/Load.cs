namespace FeBeRelay.Scenarios.RealServers;

/// <summary>How much these scenarios do: what takes minutes is for whoever asks for it with FEBERELAY_TESTS_FULL=1.</summary>
internal static class Load
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("FEBERELAY_TESTS_FULL") == "1";
}
