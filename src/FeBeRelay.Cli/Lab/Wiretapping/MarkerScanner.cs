namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>
/// Searches one direction of one connection, chunk by chunk. The end of what went before is kept, so that a marker
/// which arrives in pieces is found all the same.
/// </summary>
internal sealed class MarkerScanner(MarkerWatch watch)
{
    private const int Overlap = MarkerWatch.MaximumMarkerLength - 1;

    private readonly byte[] _seam = new byte[2 * Overlap];
    private int _kept;

    public void Next(ReadOnlySpan<byte> chunk)
    {
        ReadOnlySpan<byte> start = chunk[..Math.Min(chunk.Length, Overlap)];
        start.CopyTo(_seam.AsSpan(_kept));
        int joined = _kept + start.Length;
        watch.Search(_seam.AsSpan(0, joined));
        if (chunk.Length > Overlap)
        {
            watch.Search(chunk);
            chunk[^Overlap..].CopyTo(_seam);
            _kept = Overlap;
            return;
        }

        _kept = Math.Min(joined, Overlap);
        _seam.AsSpan(joined - _kept, _kept).CopyTo(_seam);
    }
}
