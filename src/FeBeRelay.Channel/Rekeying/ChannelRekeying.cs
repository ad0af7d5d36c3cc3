using System.Net.Sockets;
using FeBeRelay.Channel.Associations;
using FeBeRelay.Channel.Telemetry;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Channel.Rekeying;

/// <summary>
/// New keys for one live channel (docs/protocol.md 6): who starts what, and when. Public-key work runs on the thread pool while data goes on; each step
/// is started by a record that came, by a sender that found its direction parked, or by the node's timer.
/// </summary>
internal abstract class ChannelRekeying(SecureChannel channel, ILogger logger)
{
    private readonly Lock _lock = new();
    private Task _taken = Task.CompletedTask;
    private TaskCompletionSource? _waiting;
    private Exception? _over;
    private TimeSpan _freshSince = channel.Now;
    private TimeSpan _aimedAt;
    private long _readsSeen;
    private int _isRenewalDue;

    /// <summary>The association whose keys the present exchange makes, held.</summary>
    protected Association? Target { get; private set; }

    protected SecureChannel Channel => channel;

    protected ILogger Logger => logger;

    /// <summary>Somebody has a stream record to send and finds the direction parked.</summary>
    protected bool HasWaiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting is not null;
            }
        }
    }

    /// <summary>Whether new keys are being made, from the choice of the association on. Readable from any thread.</summary>
    internal virtual bool IsUnderWay => channel.Core.Exchange.IsOutstanding;

    /// <summary>How long the keys have been in use since the last quick mode.</summary>
    public TimeSpan Age => channel.Now - _freshSince;

    /// <summary>When they are renewed by age; null while both directions are parked, so that there are none.</summary>
    public TimeSpan? DueIn
    {
        get
        {
            TimeSpan left = TimeSpan.FromSeconds(channel.Association.Lifetimes.KeySeconds) * Spread - Age;
            return AreBothParked(channel.Core) ? null : left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The share of the agreed age at which new keys are made: 1 as far as this end knows.</summary>
    protected virtual double Spread => 1;

    /// <summary>
    /// Wants new keys now, or as soon as the ration of control records is not scarce. Nobody waits for them, so without them the channel goes on with those that it has.
    /// </summary>
    public void Renew()
    {
        if (IsControlScarce)
        {
            Volatile.Write(ref _isRenewalDue, 1);
        }
        else
        {
            WantKeys();
        }
    }

    /// <summary>Un-parks this end's direction.</summary>
    /// <returns>Done when an exchange is over; failed when the channel is.</returns>
    public Task UnparkAsync()
    {
        Task waiting;
        lock (_lock)
        {
            if (_over is not null)
            {
                return Task.FromException(_over);
            }
            waiting = (_waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        WantKeys();
        return waiting;
    }

    /// <summary>A record of an exchange has opened.</summary>
    /// <param name="type">M1, M2, refuse, unknown or switch.</param>
    /// <param name="body">Its plaintext, the callee's.</param>
    /// <remarks>
    /// One after another, in their order: the peer may begin the next exchange as soon as it has this end's switch, before this end has noted that its own is over.
    /// </remarks>
    public void Take(RecordType type, byte[] body)
    {
        lock (_lock)
        {
            _taken = TakeAfterAsync(_taken, type, body);
        }
    }

    /// <summary>The responder has asked for keys or a newer association.</summary>
    public virtual void Asked()
    {
    }

    /// <summary>Whether what can wait had better wait (4.7).</summary>
    protected bool IsControlScarce => channel.Core.IsControlScarce(channel.Now);

    /// <summary>Looks after the channel: deadlines, ages, parking. Called by the node's timer.</summary>
    public void KeepUp()
    {
        if (!channel.IsAlive || channel.IsClosing)
        {
            return;
        }
        if (!IsControlScarce && Interlocked.Exchange(ref _isRenewalDue, 0) == 1)
        {
            WantKeys();
        }
        if (channel.Core.Exchange.IsOverdue(channel.Now) && channel.IsStuckReading(ref _readsSeen))
        {
            Run(() => throw new ProtocolException(ProtocolError.Deadline, "the peer did not go on with new keys in time"));
        }
        else if (!IsUnderWay && !TryStart() && IsIdle())
        {
            Run(ParkAsync);
        }
    }

    /// <summary>The channel is at its end: nobody waits any longer.</summary>
    public void End(Exception reason)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _over ??= reason;
            (waiting, _waiting) = (_waiting, null);
        }
        Aim(null);
        waiting?.TrySetException(reason);
    }

    /// <summary>Gets an exchange going, if none is.</summary>
    protected abstract void WantKeys();

    /// <summary>Starts an exchange, or asks for one, where age or the association's end call for it; false where nothing does.</summary>
    protected abstract bool TryStart();

    protected abstract Task TakeAsync(RecordType type, byte[] body);

    /// <summary>Takes over the hold on an association, and lets go of the one before.</summary>
    protected void Aim(Association? target)
    {
        Association? before;
        lock (_lock)
        {
            // Behind the channel's end nobody would let go of it.
            (before, Target) = _over is null || target is null ? (Target, target) : (target, Target);
        }
        _aimedAt = channel.Now;
        before?.LetGo();
    }

    /// <summary>Both directions have new keys.</summary>
    protected void Complete()
    {
        channel.Move(Target!);
        ChannelSpans.Rekey(channel, channel.Now - _aimedAt, failure: null);
        Aim(null);
        _freshSince = channel.Now;
        ChannelLog.Rekeyed(logger, channel.Id, channel.Association.Peer.Name, channel.Association.Id);
        Release();
    }

    /// <summary>Lets those go on who waited, to find out for themselves whether their direction is un-parked.</summary>
    protected void Release()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            (waiting, _waiting) = (_waiting, null);
        }
        waiting?.TrySetResult();
    }

    /// <summary>Runs a step on the thread pool. A violation, or no association where one is needed, ends the channel.</summary>
    protected void Run(Func<Task> step) => _ = Task.Run(() => GuardAsync(step));

    private async Task TakeAfterAsync(Task before, RecordType type, byte[] body)
    {
        // Never on the thread of the reader, whose next records must not wait for public-key work.
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        await GuardAsync(() => TakeAsync(type, body)).ConfigureAwait(false);
    }

    private async Task GuardAsync(Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (ProtocolException e)
        {
            ErrorCode code = e.Error == ProtocolError.RefusedByPeer ? e.Code ?? ErrorCode.NegotiationFailed : ErrorCode.Internal;
            await EndChannelAsync(code, e).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The channel is ending, and whoever reads it finds the same.
            End(e);
        }
        catch (Exception e) when (e is not ProtocolException)
        {
            // This node's own fault. Were it lost with this task, whoever waits for the keys would wait for ever.
            await EndChannelAsync(ErrorCode.Internal, e).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the channel with a code, for a reason that the log and those who wait are told.</summary>
    protected async Task EndChannelAsync(ErrorCode code, Exception reason)
    {
        ChannelLog.RekeyingFailed(logger, channel.Id, channel.Association.Peer.Name, code.Name(), reason.Message);
        ChannelSpans.Rekey(channel, Target is null ? TimeSpan.Zero : channel.Now - _aimedAt, reason);
        ValueTask aborting = channel.AbortAsync(code);
        End(reason);
        await aborting.ConfigureAwait(false);
    }

    protected static bool AreBothParked(ChannelCore core) => core.Sender.IsParked && core.Receiver.IsParked;

    private bool IsIdle()
    {
        ChannelSender sender = channel.Core.Sender;
        TimeSpan since = sender.LastStreamRecord is { } last && last > _freshSince ? last : _freshSince;
        return !sender.IsParked && !HasWaiting && channel.Now - since >= Limits.ParkAfter;
    }

    private async Task ParkAsync()
    {
        if (await channel.TryParkAsync().ConfigureAwait(false))
        {
            ChannelLog.Parked(logger, channel.Id, channel.Association.Peer.Name);
        }
    }
}
