namespace FeBeRelay.Scenarios.Lab;

/// <summary>Remembers what is written, and tells when a whole burst of lines has been.</summary>
internal sealed class FlushSignallingWriter : StringWriter
{
    private readonly SemaphoreSlim _flushed = new(0);

    public Task FlushedAsync(CancellationToken cancellation) => _flushed.WaitAsync(cancellation);

    public override void Flush() => _flushed.Release();

    protected override void Dispose(bool disposing)
    {
        _flushed.Dispose();
        base.Dispose(disposing);
    }
}
