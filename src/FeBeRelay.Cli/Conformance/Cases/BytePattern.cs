using System.Globalization;

namespace FeBeRelay.Cli.Conformance.Cases;

/// <summary>Many bytes that tell their place: a period of 251 fits into no buffer's size. Checked as fast as a proxy passes them.</summary>
internal static class BytePattern
{
    private const int Period = 251;
    private const int Piece = 256 * 1024;

    // From any place of the period on, a piece is to be had without copying.
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, Piece + Period).Select(i => (byte)(i % Period))];

    /// <param name="patience">How long 256 KiB may take, where the reader takes its time.</param>
    public static async Task SendAsync(RawPeer peer, int seed, long count, TimeSpan? patience = null)
    {
        for (long at = 0; at < count;)
        {
            int some = (int)Math.Min(Piece, count - at);
            await peer.SayAsync(Of(seed, at, some), patience);
            at += some;
        }
    }

    /// <summary>Reads so many bytes that are in the pattern from a place on.</summary>
    /// <exception cref="ConformanceFailedException">Another byte came, or an end.</exception>
    public static async Task ExpectAsync(RawPeer peer, int seed, long from, long count, string what)
    {
        for (long at = from; at < from + count;)
        {
            ReadOnlyMemory<byte> some = await peer.HearSomeAsync((int)Math.Min(Piece, from + count - at));
            Demand.That(!some.IsEmpty, string.Create(CultureInfo.InvariantCulture, $"{what} ended after {at} bytes"));
            int same = some.Span.CommonPrefixLength(Of(seed, at, some.Length).Span);
            Demand.That(same == some.Length, string.Create(CultureInfo.InvariantCulture, $"byte {at + same} of {what} is another"));
            at += same;
        }
    }

    private static ReadOnlyMemory<byte> Of(int seed, long at, int count) => Bytes.AsMemory((int)((at + seed * 31L) % Period), count);
}
