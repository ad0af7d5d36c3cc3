using System.Text;
using CsCheck;
using FeBeRelay.Relay.Http.Parsing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.Parsing;

/// <summary>What is a body in the chunked coding, and what is refused as none.</summary>
public sealed class ChunkReaderTests
{
    private static readonly string[] Parts = ["0", "1", "a", ";", "\"", "\\", "\r\n", "\r", "\n", " ", ":", "x", "\0", "\u00ff"];

    [Theory]
    [InlineData("0\r\n\r\n", "", "")]
    [InlineData("000\r\n\r\n", "", "")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello", "")]
    [InlineData("1\r\na\r\n1\r\nb\r\n0\r\n\r\n", "ab", "")]
    [InlineData("a\r\n0123456789\r\n0A\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789", "")]
    [InlineData("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", "")]
    [InlineData("5;ext\r\nhello\r\n0;last=yes\r\n\r\n", "hello", "")]
    [InlineData("5;a=\"b;c, d\";e\r\nhello\r\n0\r\n\r\n", "hello", "")]
    [InlineData("5;a=\"q\\\"\\\\\"\r\nhello\r\n0\r\n\r\n", "hello", "")]
    [InlineData("5 ; a\t=b\r\nhello\r\n0\r\n\r\n", "hello", "")]
    [InlineData("5  \r\nhello\r\n0  \r\n\r\n", "hello", "")]
    [InlineData("0\r\nX-Checksum: 7\r\nEmpty:\r\n\r\n", "", "X-Checksum: 7\r\nEmpty:\r\n")]
    public void A_body_is_followed_to_its_end(string body, string data, string trailers)
    {
        (string Data, string Trailers, int Consumed, bool Complete) whole = Read(body + "GET /next", body.Length + 9);
        Assert.Equal((data, trailers, body.Length, true), whole);
        for (int step = 1; step < body.Length; step++)
        {
            Assert.Equal(whole, Read(body + "GET /next", step));
        }
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData(" 5\r\n")]
    [InlineData(";a\r\n")]
    [InlineData("g\r\n")]
    [InlineData("+5\r\n")]
    [InlineData("-5\r\n")]
    [InlineData("0x5\r\n")]
    [InlineData("5\n")]
    [InlineData("5\r5")]
    [InlineData("5\r\r\n")]
    [InlineData("5\0\r\n")]
    [InlineData("5,5\r\n")]
    [InlineData("5_5\r\n")]
    [InlineData("5.0\r\n")]
    [InlineData("5 5\r\n")]
    [InlineData("5 a\r\n")]
    [InlineData("5\t5\r\n")]
    [InlineData("1000000000000000\r\n")]
    [InlineData("ffffffffffffffffff\r\n")]
    [InlineData("0000000000000005\r\n")]
    [InlineData("5;a\nhello")]
    [InlineData("5;a\rb\r\n")]
    [InlineData("5;a\0\r\n")]
    [InlineData("5;a\u007f\r\n")]
    [InlineData("5;a=\"b\r\n")]
    [InlineData("5;a=\"b\\\"\r\n")]
    [InlineData("5;a=\"b\nc\"\r\n")]
    [InlineData("5\r\nhelloX")]
    [InlineData("5\r\nhello\n")]
    [InlineData("5\r\nhello\rX")]
    [InlineData("5\r\nhello0\r\n")]
    [InlineData("0\r\nno colon\r\n")]
    [InlineData("0\r\n: no name\r\n")]
    [InlineData("0\r\nA : b\r\n")]
    [InlineData("0\r\n A: b\r\n")]
    [InlineData("0\r\nA: b\n")]
    [InlineData("0\r\n\n")]
    [InlineData("0\r\n\r\r\n")]
    [InlineData("0\r\nA: b\rc\r\n")]
    [InlineData("0\r\nA: \0\r\n")]
    [InlineData("0\r\nContent-Length: 5\r\n")]
    [InlineData("0\r\ntransfer-encoding: chunked\r\n")]
    public void What_could_be_read_in_two_ways_is_refused(string body)
    {
        for (int step = 1; step <= body.Length; step++)
        {
            Assert.Throws<BackEndViolationException>(() => Read(body, step));
        }
    }

    [Fact]
    public void Extensions_and_trailers_have_limits()
    {
        string extension = new('e', ChunkReader.MaxExtensionBytes - 1);
        Assert.True(Read($"0;{extension}\r\n\r\n", 1_000).Complete);
        Assert.Throws<BackEndViolationException>(() => Read($"0;{extension}ee\r\n\r\n", 1_000));
        string trailer = "T: " + new string('t', ChunkReader.MaxTrailerBytes - 7) + "\r\n";
        Assert.True(Read($"0\r\n{trailer}\r\n", 1_000).Complete);
        Assert.Throws<BackEndViolationException>(() => Read($"0\r\nt{trailer}\r\n", 1_000));
    }

    [Fact]
    public void The_limit_of_extensions_counts_for_each_chunk()
    {
        string chunk = $"1;{new string('e', 3_000)}\r\nx\r\n";
        Assert.Equal("xxxx", Read(chunk + chunk + chunk + chunk + "0\r\n\r\n", 777).Data);
    }

    [Fact]
    public void Large_sizes_are_no_smaller_ones()
    {
        var chunks = new ChunkReader();
        Assert.Equal(17, chunks.Read("100000000000000\r\nX"u8[..17], out _));
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(4_000, chunks.Skip(new byte[4_000]));
        }
        Assert.False(chunks.IsComplete);
    }

    [Fact]
    public void Any_chunks_in_any_pieces_come_out_the_same() =>
        Gen.Select(Gen.Byte.Array[1, 40].Array[0, 10], Gen.Int[1, 60]).Sample((chunks, step) =>
        {
            string data = string.Concat(chunks.Select(c => Encoding.Latin1.GetString(c)));
            string body = string.Concat(chunks.Select(c => $"{c.Length:x}\r\n{Encoding.Latin1.GetString(c)}\r\n")) + "0\r\n\r\n";
            Assert.Equal((data, "", body.Length, true), Read(body + "rest", step));
        }, iter: 2_000, threads: 1);

    [Fact]
    public void Any_bytes_are_a_body_or_refused_and_the_pieces_do_not_matter() =>
        Gen.Select(Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]).Array[0, 14], Gen.Int[1, 20]).Sample((parts, step) =>
        {
            string body = string.Concat(parts);
            Assert.Equal(Outcome(body, body.Length + 1), Outcome(body, step));
        }, iter: 20_000, threads: 1);

    private static string Outcome(string body, int step)
    {
        try
        {
            return Read(body, step).ToString();
        }
        catch (BackEndViolationException e)
        {
            return e.Message;
        }
    }

    private static (string Data, string Trailers, int Consumed, bool Complete) Read(string body, int step)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(body);
        var chunks = new ChunkReader();
        var data = new StringBuilder();
        int at = 0;
        for (int end = 0; at < bytes.Length && !chunks.IsComplete;)
        {
            end = Math.Min(bytes.Length, Math.Max(end, at) + step);
            while (at < end && !chunks.IsComplete)
            {
                at += chunks.Read(bytes.AsSpan(at, end - at), out ReadOnlySpan<byte> run);
                data.Append(Encoding.Latin1.GetString(run));
            }
        }
        return (data.ToString(), Encoding.Latin1.GetString(chunks.Trailers), at, chunks.IsComplete);
    }
}
