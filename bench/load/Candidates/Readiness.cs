using System.Net;
using System.Net.Sockets;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>Waits until a request passes.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <exception cref="HarnessException">A process has ended, or nothing passes in 20 s; the message holds what the processes said last.</exception>
    public static async Task WaitAsync(string name, IPEndPoint target, IReadOnlyList<ChildProcess> processes, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(Patience);
        using var client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = Patience };
        string last = "";
        while (!deadline.IsCancellationRequested && !processes.Any(p => p.HasExited))
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri($"http://{target}/1k"), deadline.Token);
                if (response.IsSuccessStatusCode && (await response.Content.ReadAsByteArrayAsync(deadline.Token)).Length == 1 << 10)
                {
                    return;
                }
                last = $"{response.StatusCode}";
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or OperationCanceledException)
            {
                last = e.Message;
            }
            await Task.Delay(Pause, deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        cancellation.ThrowIfCancellationRequested();
        throw new HarnessException($"{name} does not answer: {last}\n{string.Join('\n', processes.Select(p => p.LastLines()))}");
    }
}
