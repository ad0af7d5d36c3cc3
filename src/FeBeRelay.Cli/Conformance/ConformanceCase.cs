namespace FeBeRelay.Cli.Conformance;

/// <summary>One behaviour that a proxy must let through.</summary>
/// <param name="Row">The number of the behaviour in docs/conformance.md; several cases share one.</param>
/// <param name="Letter">Tells a row's cases apart; empty where it has one only.</param>
/// <param name="Name">What a proxy that passes does, in a few words.</param>
/// <param name="Sent">What the client and the back end send.</param>
/// <param name="Demanded">What must arrive.</param>
/// <param name="Run">Does it, and throws <see cref="ConformanceFailedException"/> where it is otherwise.</param>
/// <param name="Phase">When it runs.</param>
internal sealed record ConformanceCase(
    int Row, string Letter, string Name, string Sent, string Demanded, Func<Visit, Task> Run, CasePhase Phase = CasePhase.Ordinary)
{
    /// <summary>Row and letter: <c>19b</c>.</summary>
    public string Id => $"{Row}{Letter}";
}

/// <summary>When a case runs: some need the connections for themselves, some wait long.</summary>
internal enum CasePhase
{
    /// <summary>First, alone: takes the next connection that the back end gets, whatever is on it.</summary>
    Connection,

    /// <summary>Next, alone, and only where the proxy's log can be read: looks for what one request adds to it.</summary>
    Log,

    /// <summary>Beside all others: it is quiet for long.</summary>
    Quiet,

    /// <summary>One after the other.</summary>
    Ordinary,

    /// <summary>One after the other, and only where a second address with a policy of its own is given.</summary>
    Policy,

    /// <summary>At the very end, alone: takes the back end away.</summary>
    Last,
}
