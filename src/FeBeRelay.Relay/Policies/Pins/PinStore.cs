using FeBeRelay.Relay.Policies.Outbound;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Policies.Pins;

/// <summary>
/// The pins that a node knows: in memory, and in the file from which they outlive it. The file may be changed while the node runs (an operator clears a
/// pin); it is looked at before each answer. A file that is damaged or gone meanwhile clears nothing. Thread-safe.
/// </summary>
internal sealed class PinStore : IAsyncDisposable
{
    private readonly PinFile? _file;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Pin> _pins = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Pin> _unwritten = new(StringComparer.OrdinalIgnoreCase);
    private (DateTime, long) _stamp;
    private Task _writing = Task.CompletedTask;

    /// <summary>Reads the pins.</summary>
    /// <param name="file">Where they are kept; null keeps them as long as the node runs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="PinFileException">The file is there and cannot be read.</exception>
    public PinStore(PinFile? file, TimeProvider time, ILogger logger)
    {
        _file = file;
        _time = time;
        _logger = logger;
        if (file is not null)
        {
            _stamp = file.Stamp;
            Take(file.Read() ?? []);
        }
    }

    /// <summary>The pins.</summary>
    public IReadOnlyList<Pin> All
    {
        get
        {
            lock (_lock)
            {
                Refresh();
                return [.. _pins.Values];
            }
        }
    }

    /// <summary>Whether a peer of that identity is pinned.</summary>
    public bool IsPinned(string identity)
    {
        lock (_lock)
        {
            Refresh();
            return _pins.ContainsKey(identity);
        }
    }

    /// <summary>Pins a peer: at once for every decision from now on, soon after in the file.</summary>
    public void Add(string identity, string node)
    {
        lock (_lock)
        {
            Refresh();
            if (_pins.ContainsKey(identity) && !_unwritten.ContainsKey(identity))
            {
                return;
            }
            if (_pins.TryAdd(identity, new Pin(identity, node, _time.GetUtcNow())))
            {
                OutboundLog.Pinned(_logger, node, identity);
            }
            if (_file is not null)
            {
                _unwritten[identity] = _pins[identity];
                _writing = WriteAsync(_writing, _pins[identity]);
            }
        }
    }

    /// <summary>Waits for what is being written.</summary>
    public async ValueTask DisposeAsync()
    {
        Task writing;
        lock (_lock)
        {
            writing = _writing;
        }
        await writing.ConfigureAwait(false);
    }

    /// <summary>Writing waits for the disk, and must not keep back who reached the peer.</summary>
    private async Task WriteAsync(Task before, Pin pin)
    {
        await before.ConfigureAwait(false);
        await Task.Yield();
        try
        {
            // Without a file all that is known is written: it has been removed under a running node.
            await _file!.UpdateAsync(pins => [.. (pins ?? All).Where(p => !p.Identity.Equals(pin.Identity, StringComparison.OrdinalIgnoreCase)), pin]).ConfigureAwait(false);
            lock (_lock)
            {
                _unwritten.Remove(pin.Identity);
            }
        }
        catch (PinFileException e)
        {
            OutboundLog.PinsNotWritten(_logger, pin.Node, e.Message, e.Hint);
        }
    }

    private void Refresh()
    {
        if (_file is null || !_writing.IsCompleted || _file.Stamp is var stamp && stamp == _stamp)
        {
            return;
        }
        _stamp = stamp;
        try
        {
            if (_file.Read() is { } pins)
            {
                Take(pins);
            }
            else
            {
                OutboundLog.PinsGone(_logger, _file.Path, _pins.Count);
            }
        }
        catch (PinFileException e)
        {
            OutboundLog.PinsNotRead(_logger, e.Message, _pins.Count, e.Hint);
        }
    }

    /// <summary>What could not be written yet is pinned all the same.</summary>
    private void Take(IEnumerable<Pin> pins)
    {
        _pins.Clear();
        foreach (Pin pin in pins.Concat(_unwritten.Values))
        {
            _pins[pin.Identity] = pin;
        }
    }
}
