namespace FeBeRelay.Cli.Conformance;

/// <summary>A request that has arrived at the scripted back end: its head, and the connection, which is the case's until it is given back.</summary>
/// <param name="Connection">Where it came.</param>
/// <param name="Head">From its first byte to the empty line; what there is of it where the connection ended before.</param>
/// <param name="IsWhole">Whether the head is there to its end.</param>
internal sealed record Arrival(RawPeer Connection, string Head, bool IsWhole = true)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the case is done with it.</summary>
    public Task Released => _released.Task;

    public string RequestLine => Head[..Math.Max(0, Head.IndexOf("\r\n", StringComparison.Ordinal))];

    public string Target => RequestLine.Split(' ') is [_, var target, ..] ? target : "";

    /// <summary>The lines of its fields.</summary>
    public IReadOnlyList<string> Fields => Head.Split("\r\n")[1..^2];

    /// <summary>Sends the last of an answer, and waits for the next request on the connection.</summary>
    public async Task AnswerAsync(string answer)
    {
        await Connection.SayAsync(answer);
        Release();
    }

    /// <summary>The exchange is over: whatever comes next on the connection is another one.</summary>
    public void Release() => _released.TrySetResult();
}
