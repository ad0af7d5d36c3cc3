using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Budgets;

/// <summary>
/// How many connections a node has accepted at once, on all its ports together. A pair: above the soft limit nothing is kept or made for later use, at the hard
/// one a new connection is reset at once. Thread-safe.
/// </summary>
/// <param name="hard">The hard limit, at least 1.</param>
/// <param name="time">The clock of the log's ration.</param>
/// <param name="logger">The log.</param>
public sealed class ConnectionCap(int hard, TimeProvider time, ILogger logger)
{
    private const int LinesPerMinute = 5;

    private readonly LogRation _tightLines = new(LinesPerMinute, time);
    private readonly LogRation _refusedLines = new(LinesPerMinute, time);
    private int _open;

    /// <summary>Connections beyond which none is accepted.</summary>
    public int Hard => hard;

    /// <summary>Connections from which on nothing is kept for later use: four fifths of the hard limit.</summary>
    public int Soft => Math.Max(1, hard - hard / 5);

    /// <summary>Connections that are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Whether the soft limit is reached.</summary>
    public bool IsTight => Open >= Soft;

    /// <summary>The soft limit was reached from below; told a few times a minute at most. Handlers return at once.</summary>
    public event Action? Tightened;

    /// <summary>A connection was not taken. Handlers return at once.</summary>
    public event Action<Socket>? Refused;

    /// <summary>Counts a connection in, until <see cref="Leave"/>; false where it is to be closed.</summary>
    public bool TryEnter(Socket accepted)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        int open = Interlocked.Increment(ref _open);
        if (open > hard || DescriptorLimit.IsReachedByAccepting(accepted))
        {
            Leave();
            Refuse(accepted);
            return false;
        }
        if (open == Soft)
        {
            Tighten();
        }
        return true;
    }

    /// <summary>A connection that was counted in is over.</summary>
    public void Leave() => Interlocked.Decrement(ref _open);

    private void Tighten()
    {
        if (_tightLines.TryTake(out _))
        {
            Tightened?.Invoke();
            ChannelLog.ConnectionsTight(logger, Soft, hard);
        }
    }

    private void Refuse(Socket accepted)
    {
        Refused?.Invoke(accepted);
        if (_refusedLines.TryTake(out long held))
        {
            ChannelLog.ConnectionRefused(logger, Open, hard, held);
        }
    }
}
