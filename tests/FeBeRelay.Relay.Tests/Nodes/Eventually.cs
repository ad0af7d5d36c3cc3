namespace FeBeRelay.Relay.Tests.Nodes;

/// <summary>Waits for what another thread is about to make true; fails after a generous while.</summary>
internal static class Eventually
{
    // Looking without a pause would keep the pool's threads busy: what waits behind a thread that computes is taken over only by one that has nothing to do.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(TimeSpan.FromSeconds(60), condition);

    public static async Task TrueAsync(TimeSpan patience, Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(patience);
        while (!condition())
        {
            await Task.Delay(Pause, deadline.Token);
        }
    }
}
