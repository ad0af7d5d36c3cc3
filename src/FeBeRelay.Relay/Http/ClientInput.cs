using System.Buffers;
using System.IO.Pipelines;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// What a client sends, with its end told only once everything before it was looked at. Kestrel throws a body away that is whole when the end comes with it.
/// </summary>
internal sealed class ClientInput(PipeReader inner) : PipeReader
{
    private ReadOnlySequence<byte> _buffer;
    private bool _isExamined;
    private bool _isEnded;

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Pass(await inner.ReadAsync(cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        bool has = inner.TryRead(out result);
        if (has)
        {
            result = Pass(result);
        }
        return has;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _isExamined = _isEnded && _buffer.Slice(examined).IsEmpty;
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    private ReadResult Pass(ReadResult result)
    {
        _buffer = result.Buffer;
        _isEnded = result.IsCompleted;
        return !result.IsCompleted || result.Buffer.IsEmpty || _isExamined ? result : new ReadResult(result.Buffer, result.IsCanceled, isCompleted: false);
    }
}
