using System.Text;
using CsCheck;
using FeBeRelay.Relay.Http.Parsing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http.Parsing;

/// <summary>What is a head of an answer, and what is refused as none.</summary>
public sealed class ResponseHeadTests
{
    private static readonly string[] Parts = ["\r\n", "\r", "\n", ": ", " ", "A", "0", "\0", "Content-Length", "Transfer-Encoding", "chunked"];

    private const string Ok = "HTTP/1.1 200 OK\r\n";

    [Theory]
    [InlineData("HTTP/1.1 200 OK", 200, "OK")]
    [InlineData("HTTP/1.1 207 Multi-Status", 207, "Multi-Status")]
    [InlineData("HTTP/1.1 200 ", 200, "")]
    [InlineData("HTTP/1.1 200", 200, "")]
    [InlineData("HTTP/1.0 599 a b  c", 599, "a b  c")]
    [InlineData("HTTP/1.1 401 \u00fcber", 401, "\u00fcber")]
    public void A_status_line_is_read(string line, int status, string reason)
    {
        ResponseHead head = Read(line + "\r\n\r\n");
        Assert.Equal(status, head.StatusCode);
        Assert.Equal(reason, head.Reason);
        Assert.Equal(line[7] == '0', head.IsHttp10);
    }

    [Theory]
    [InlineData("HTTP/1.1 99 Low")]
    [InlineData("HTTP/1.1 099 Low")]
    [InlineData("HTTP/1.1 600 High")]
    [InlineData("HTTP/1.1 2x0 OK")]
    [InlineData("HTTP/1.1 +20 OK")]
    [InlineData("HTTP/1.1 2000 OK")]
    [InlineData("HTTP/1.1 20")]
    [InlineData("HTTP/1.1  200 OK")]
    [InlineData("HTTP/1.1\t200 OK")]
    [InlineData("HTTP/1.1 200\tOK")]
    [InlineData("HTTP/1.1 200 O\0K")]
    [InlineData("HTTP/1.1 200 O\u007fK")]
    [InlineData("HTTP/1.2 200 OK")]
    [InlineData("HTTP/2.0 200 OK")]
    [InlineData("HTTP/1.10 200 OK")]
    [InlineData("http/1.1 200 OK")]
    [InlineData(" HTTP/1.1 200 OK")]
    [InlineData("\r\nHTTP/1.1 200 OK")]
    [InlineData("ICY 200 OK")]
    [InlineData("<html>")]
    public void A_malformed_status_line_is_refused(string line) => AssertRefused(line + "\r\n\r\n");

    [Theory]
    [InlineData("No-Colon")]
    [InlineData(": no name")]
    [InlineData("Space : x")]
    [InlineData("Tab\t: x")]
    [InlineData(" Folded: x")]
    [InlineData("A: b\r\n folded")]
    [InlineData("A: b\r\n\tfolded")]
    [InlineData("Na\0me: x")]
    [InlineData("Na me: x")]
    [InlineData("N\u00e4me: x")]
    [InlineData("Name(: x")]
    [InlineData("A: a\0b")]
    [InlineData("A: a\u0001b")]
    [InlineData("A: a\u007fb")]
    [InlineData("A: b\nB: c")]
    [InlineData("A: b\rB: c")]
    [InlineData("A: b\r\r")]
    [InlineData("A: b\n")]
    [InlineData("Content-Length: ")]
    [InlineData("Content-Length: +5")]
    [InlineData("Content-Length: -5")]
    [InlineData("Content-Length: 0x5")]
    [InlineData("Content-Length: 5 5")]
    [InlineData("Content-Length: 5,5")]
    [InlineData("Content-Length: 5.0")]
    [InlineData("Content-Length: 9999999999999999999")]
    [InlineData("Content-Length: 5\r\ncontent-length: 5")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Transfer-Encoding: ")]
    [InlineData("Transfer-Encoding: gzip")]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    [InlineData("Transfer-Encoding: chunked, chunked")]
    [InlineData("Transfer-Encoding: chunked;q=1")]
    [InlineData("Transfer-Encoding: \"chunked\"")]
    [InlineData("Transfer-Encoding: \u000bchunked")]
    [InlineData("Transfer-Encoding: xchunked")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    public void A_field_that_could_be_read_in_two_ways_is_refused(string fields) => AssertRefused(Ok + fields + "\r\n\r\n");

    [Fact]
    public void Chunks_of_an_old_server_are_refused() => AssertRefused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");

    [Theory]
    [InlineData("HTTP/1.1 200 OK\n")]
    [InlineData("\n")]
    [InlineData("220 mail.example ESMTP\r\n")]
    [InlineData("x")]
    [InlineData("HTTP/2")]
    public void What_can_become_no_head_is_refused_before_it_ends(string start) => AssertRefused(start);

    [Fact]
    public void Fields_are_given_in_order_and_without_the_space_around_values()
    {
        byte[] bytes = Bytes(Ok + "A:1\r\nb:  two words \t\r\nA:\r\nSet-Cookie: x=\u00e9\r\n\r\n");
        var head = new ResponseHead();
        Assert.Equal(bytes.Length, head.Read(bytes));
        Assert.Equal(
            [("A", "1"), ("b", "two words"), ("A", ""), ("Set-Cookie", "x=\u00e9")],
            head.Fields.Select(f => (Encoding.ASCII.GetString(f.Name(bytes)), Encoding.Latin1.GetString(f.Value(bytes)))));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "GET", BodyFraming.Length)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "GET", BodyFraming.Length)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n", "GET", BodyFraming.Chunked)]
    [InlineData("HTTP/1.1 200 OK\r\n", "GET", BodyFraming.UntilClose)]
    [InlineData("HTTP/1.0 200 OK\r\n", "GET", BodyFraming.UntilClose)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", "HEAD", BodyFraming.None)]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n", "GET", BodyFraming.None)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", "GET", BodyFraming.None)]
    [InlineData("HTTP/1.1 100 Continue\r\n", "GET", BodyFraming.None)]
    public void The_end_of_the_body_is_known(string head, string method, object framing) =>
        Assert.Equal(framing, Read(head + "\r\n").FramingFor(method));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: X-A , CLOSE\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: close\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\n", false)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", true)]
    public void Whether_the_connection_stays_is_known(string head, bool keeps) => Assert.Equal(keeps, Read(head + "\r\n").KeepsConnection);

    [Theory]
    [InlineData("NTLM", true)]
    [InlineData("ntlm TlRMTVNTUAACAAAA", true)]
    [InlineData("Negotiate", true)]
    [InlineData("Negotiate oYG2", true)]
    [InlineData("Basic realm=\"NTLM\"", false)]
    [InlineData("NTLMv9", false)]
    [InlineData("Bearer", false)]
    public void A_challenge_that_binds_to_the_connection_is_known(string challenge, bool binds) =>
        Assert.Equal(binds, Read($"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nWWW-Authenticate: {challenge}\r\n\r\n").HasConnectionBoundChallenge);

    [Fact]
    public void Fields_that_Connection_names_are_not_passed_on_but_the_length_is()
    {
        byte[] bytes = Bytes(Ok + "X-Mine: 1\r\nX-Other: 2\r\nContent-Length: 5\r\nKeep-Alive: 1\r\nConnection: x-mine, Content-Length\r\n\r\n");
        var head = new ResponseHead();
        head.Read(bytes);
        Assert.Equal(["X-Other", "Content-Length"], head.Fields.Where(f => !f.IsHopByHop).Select(f => Encoding.ASCII.GetString(f.Name(bytes))));
    }

    [Fact]
    public void Nothing_of_one_head_is_left_in_the_next()
    {
        var head = new ResponseHead();
        head.Read(Bytes("HTTP/1.0 401 No\r\nConnection: close\r\nWWW-Authenticate: NTLM\r\nContent-Length: 5\r\n\r\n"));
        head.Read(Bytes("HTTP/1.1 200\r\n\r\n"));
        Assert.Equal((200, "", false, null, true), (head.StatusCode, head.Reason, head.HasConnectionBoundChallenge, head.ContentLength, head.KeepsConnection));
        Assert.Empty(head.Fields);
        Assert.Equal(BodyFraming.UntilClose, head.FramingFor("GET"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_head_has_a_limit_however_it_comes(int beyond, bool admitted)
    {
        byte[] bytes = Bytes(Ok + "A: " + new string('a', ResponseHead.MaxBytes - Ok.Length - 3 + beyond) + "\r\n\r\n");
        foreach (int last in (int[])[0, 1, 2, 3, 4])
        {
            var head = new ResponseHead();
            bool Read(int count)
            {
                try
                {
                    return head.Read(bytes.AsSpan(0, count)) >= 0;
                }
                catch (BackEndViolationException)
                {
                    return false;
                }
            }

            Assert.Equal(admitted, Read(bytes.Length - last) && Read(bytes.Length));
        }
    }

    [Fact]
    public void The_number_of_fields_has_a_limit()
    {
        string fields = string.Concat(Enumerable.Repeat("A: b\r\n", ResponseHead.MaxFields));
        Assert.Equal(ResponseHead.MaxFields, Read(Ok + fields + "\r\n").Fields.Count);
        AssertRefused(Ok + fields + "A: b\r\n\r\n");
    }

    [Fact]
    public void Every_split_gives_the_same_head()
    {
        byte[] bytes = Bytes(Ok + "A: b\r\nContent-Length: 3\r\n\r\nabc");
        for (int split = 0; split < bytes.Length - 3; split++)
        {
            var head = new ResponseHead();
            Assert.Equal(0, head.Read(bytes.AsSpan(0, Math.Min(split, bytes.Length - 4))));
            Assert.Equal(bytes.Length - 3, head.Read(bytes));
            Assert.Equal(3, head.ContentLength);
            Assert.Equal(2, head.Fields.Count);
        }
    }

    [Fact]
    public void Any_bytes_are_a_head_or_refused() =>
        Gen.Select(Gen.Int[0, 40], Gen.OneOf(Gen.Byte.Array[0, 60], Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]).Array[0, 20].Select(p => Bytes(string.Concat(p))))).Sample((kept, tail) =>
        {
            byte[] bytes = [.. Bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b")[..Math.Min(kept, 40)], .. tail, .. "\r\n\r\n"u8];
            try
            {
                Assert.InRange(new ResponseHead().Read(bytes), 0, bytes.Length);
            }
            catch (BackEndViolationException)
            {
                // The only one that it may throw.
            }
        }, iter: 20_000, threads: 1);

    private static ResponseHead Read(string text)
    {
        var head = new ResponseHead();
        Assert.Equal(text.Length, head.Read(Bytes(text)));
        return head;
    }

    private static void AssertRefused(string text) => Assert.Throws<BackEndViolationException>(() => new ResponseHead().Read(Bytes(text)));

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
