using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Audit;

/// <summary>
/// Writes the log: one background task forms lines, chains them, signs checkpoints, appends a batch with one write, then sends copies to syslog. Callers
/// only queue. What cannot be written is kept and tried again every second; what does not fit the queue meanwhile is counted and told in the log.
/// </summary>
internal sealed class AuditWriter : IAuditSink, IAsyncDisposable
{
    /// <summary>Events that wait, at most.</summary>
    internal const int QueueLimit = 16_384;

    /// <summary>New work is refused (onFailure stop) from here on, so that what is running can still be recorded.</summary>
    private const int RefusalLimit = QueueLimit / 2;

    private const int BatchBytes = 256 * 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly AuditOptions _options;
    private readonly string _node;
    private readonly ICheckpointSigner _signer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AuditFile _file;
    private readonly SyslogSink? _syslog;
    private readonly ConcurrentQueue<AuditEvent> _queue = new();
    private readonly Channel<bool> _wake = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly AuditBatch _batch = new();
    private readonly ITimer _timer;
    private readonly Task _running;
    private AuditChain? _chain;
    private bool _needsHeader;
    private byte[] _torn = [];
    private long _firstOfFile;
    private int _sinceCheckpoint;
    private long _checkpointAt;
    private int _queued;
    private long _lost;
    private long _lostInAll;
    private volatile bool _failing;

    /// <summary>Opens the log and starts to write.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="signer">Signs checkpoints.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The operator's log.</param>
    /// <param name="open">Opens the file; null for the file system.</param>
    /// <exception cref="IOException">The file cannot be opened, and the node is not to run without it.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public AuditWriter(AuditOptions options, string node, ICheckpointSigner signer, TimeProvider time, ILogger logger, Func<string, Stream>? open = null)
    {
        _options = options;
        _node = node;
        _signer = signer;
        _time = time;
        _logger = logger;
        _file = new AuditFile(options.Path, options.KeepFiles, open ?? AuditFile.OpenOwnerOnly);
        _syslog = options.Syslog is { } socket ? new SyslogSink(socket, time, logger) : null;
        _checkpointAt = time.GetTimestamp();
        try
        {
            Open();
        }
        catch (Exception e) when (IsExpected(e))
        {
            if (options.StopsOnFailure)
            {
                _file.Dispose();
                throw;
            }
            Failed(e);
        }
        _timer = time.CreateTimer(_ => _wake.Writer.TryWrite(true), null, Tick, Tick);
        _running = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public bool MayAdmit => !_options.StopsOnFailure || !(_failing || Volatile.Read(ref _queued) >= RefusalLimit);

    /// <inheritdoc/>
    public bool IsWritten => !_failing;

    /// <inheritdoc/>
    public void Write(AuditEvent one)
    {
        if (Interlocked.Increment(ref _queued) > QueueLimit)
        {
            Interlocked.Decrement(ref _queued);
            Interlocked.Increment(ref _lost);
            return;
        }
        _queue.Enqueue(one);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Writes what is queued and a last checkpoint, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        _wake.Writer.TryComplete();
        await _running.ConfigureAwait(false);
        _file.Dispose();
        _syslog?.Dispose();
    }

    private async Task RunAsync()
    {
        while (await _wake.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            _wake.Reader.TryRead(out _);
            WriteAll(isLast: false);
        }
        WriteAll(isLast: true);
    }

    private void WriteAll(bool isLast)
    {
        try
        {
            if (_chain is null)
            {
                Open();
            }
            do
            {
                WriteBatch(isLast);
            }
            while (!_queue.IsEmpty || Interlocked.Read(ref _lost) > 0);
            if (_failing)
            {
                _failing = false;
                AuditMessages.CanWriteAgain(_logger, _options.Path, _lostInAll);
                _lostInAll = 0;
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            Failed(e);
        }
    }

    /// <summary>Goes on from the last whole line. What a crash left behind it is kept as an event.</summary>
    private void Open()
    {
        AuditTail tail = _file.Open();
        _chain = new AuditChain(tail.Number, tail.Head);
        _needsHeader = tail.Length == 0;
        _firstOfFile = tail.First;
        _torn = tail.Torn;
    }

    private void WriteBatch(bool isLast)
    {
        if (_batch.IsEmpty)
        {
            FillBatch(isLast);
        }
        if (_batch.IsEmpty)
        {
            return;
        }
        _file.Append(_batch.Bytes);
        if (_batch.HasCheckpoint)
        {
            _file.FlushToDisk();
        }
        if (_syslog is not null)
        {
            _batch.SendTo(_syslog);
        }
        _batch.Clear();
        if (_file.Length >= _options.RotateBytes)
        {
            Rotate();
        }
    }

    private void FillBatch(bool isLast)
    {
        if (_needsHeader)
        {
            _needsHeader = false;
            _firstOfFile = _chain!.Number + 1;
            Form(New(AuditEventId.FileStarted) with { Previous = _chain.Head });
        }
        if (_torn.Length > 0)
        {
            FormTorn();
            _torn = [];
        }
        if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
        {
            _lostInAll += lost;
            Form(New(AuditEventId.EventsLost) with { Count = lost });
        }
        while (_batch.Bytes.Length < BatchBytes && _sinceCheckpoint < _options.CheckpointEvents && _queue.TryDequeue(out AuditEvent? one))
        {
            Interlocked.Decrement(ref _queued);
            Form(one);
        }
        bool isDue = _sinceCheckpoint >= _options.CheckpointEvents || _time.GetElapsedTime(_checkpointAt) >= _options.CheckpointInterval;
        if (_sinceCheckpoint > 0 && (isDue || (isLast && _queue.IsEmpty)))
        {
            FormCheckpoint();
        }
    }

    private void FormTorn()
    {
        AuditEvent found = New(AuditEventId.TornLineFound) with { Torn = Encoding.UTF8.GetString(_torn), TornBytes = _torn.Length };
        if (_file.Damaged is { } kept)
        {
            AuditMessages.DamagedLines(_logger, _options.Path, _torn.Length, kept);
            Form(found with { Reason = $"damaged lines, kept in {kept}" });
        }
        else
        {
            AuditMessages.TornLine(_logger, _options.Path, _torn.Length);
            Form(found);
        }
    }

    private void Form(AuditEvent one)
    {
        if (_sinceCheckpoint++ == 0)
        {
            _checkpointAt = _time.GetTimestamp();
        }
        _batch.Add(_chain!.Append(one), one.Outcome);
    }

    private void FormCheckpoint()
    {
        _batch.Add(_chain!.AppendCheckpoint(New(AuditEventId.Checkpoint), _signer), AuditOutcome.Success, isCheckpoint: true);
        _sinceCheckpoint = 0;
    }

    /// <summary>The full file ends in a checkpoint, so that it can be put away; the next one begins with its last hash.</summary>
    private void Rotate()
    {
        if (_sinceCheckpoint > 0)
        {
            FormCheckpoint();
            _file.Append(_batch.Bytes);
            _file.FlushToDisk();
            _batch.Clear();
        }
        _file.Rotate(_firstOfFile);
        _needsHeader = true;
        _file.DeleteOld();
    }

    private void Failed(Exception e)
    {
        if (_failing)
        {
            return;
        }
        _failing = true;
        if (_options.StopsOnFailure)
        {
            AuditMessages.CannotWriteStops(_logger, _options.Path, e.Message);
        }
        else
        {
            AuditMessages.CannotWriteContinues(_logger, _options.Path, e.Message, QueueLimit);
        }
    }

    private AuditEvent New(AuditEventId id) => AuditEvents.New(id, _node, _time);

    private static bool IsExpected(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException;
}
