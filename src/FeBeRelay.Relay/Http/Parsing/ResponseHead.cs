using System.Text;

namespace FeBeRelay.Relay.Http.Parsing;

/// <summary>
/// The head of a back end's answer (RFC 9112 4, 5, 6), strict: what two readers could take in two ways is an error. One object reads one head after the
/// other; fields are offsets into the bytes that were given. Not thread-safe.
/// </summary>
internal sealed class ResponseHead
{
    /// <summary>Bytes of a head, its last line included.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>Fields of a head.</summary>
    public const int MaxFields = 1_000;

    private const int StatusLineMinimum = 12;

    private readonly List<HeaderField> _fields = [];
    private bool _hasLength;
    private bool _isChunked;
    private bool _hasConnectionClose;
    private bool _hasKeepAlive;

    /// <summary>100 to 599.</summary>
    public int StatusCode { get; private set; }

    /// <summary>Whether the back end speaks HTTP/1.0.</summary>
    public bool IsHttp10 { get; private set; }

    /// <summary>The reason phrase, decoded as Latin-1; may be empty.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The value of Content-Length; null without.</summary>
    public long? ContentLength { get; private set; }

    /// <summary>Whether an authentication challenge names NTLM or Negotiate, which bind a logon to the connection.</summary>
    public bool HasConnectionBoundChallenge { get; private set; }

    /// <summary>The fields in their order.</summary>
    public IReadOnlyList<HeaderField> Fields => _fields;

    /// <summary>Whether this is 100 to 199, but not 101.</summary>
    public bool IsInterim => StatusCode is >= 100 and < 200 and not 101;

    /// <summary>Whether the back end keeps the connection for the next request.</summary>
    public bool KeepsConnection => !_hasConnectionClose && (!IsHttp10 || _hasKeepAlive);

    /// <summary>How the body ends, given the request's method.</summary>
    public BodyFraming FramingFor(string method) =>
        StatusCode is < 200 or 204 or 205 or 304 || method == "HEAD" ? BodyFraming.None
        : _isChunked ? BodyFraming.Chunked
        : _hasLength ? BodyFraming.Length
        : BodyFraming.UntilClose;

    /// <summary>Reads a head at the start of the bytes.</summary>
    /// <returns>Its length with the empty line; 0 when more bytes are needed.</returns>
    /// <exception cref="BackEndViolationException">It is not a head.</exception>
    public int Read(ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf("\r\n\r\n"u8);
        // Up to three bytes of the empty line may be there before it can be seen.
        if ((end < 0 ? input.Length - 3 : end) > MaxBytes)
        {
            throw new BackEndViolationException($"the answer's head is longer than {MaxBytes} bytes");
        }
        if (end < 0)
        {
            RefuseEarly(input);
            return 0;
        }
        Clear();
        ReadOnlySpan<byte> head = input[..(end + 2)];
        int next = ReadStatusLine(head);
        while (next < head.Length)
        {
            next = ReadField(head, next);
        }
        MarkNominated(head);
        Check();
        return end + 4;
    }

    private void Clear()
    {
        _fields.Clear();
        _hasLength = _isChunked = _hasConnectionClose = _hasKeepAlive = HasConnectionBoundChallenge = false;
        ContentLength = null;
    }

    /// <summary>What can be no head is told at once, not when the back end happens to close.</summary>
    private static void RefuseEarly(ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> start = "HTTP/1."u8;
        int lineEnd = input.IndexOf((byte)'\n');
        if (!input.StartsWith(start[..Math.Min(start.Length, input.Length)]) || (lineEnd >= 0 && (lineEnd == 0 || input[lineEnd - 1] != '\r')))
        {
            throw new BackEndViolationException("the answer does not start with an HTTP/1.1 status line");
        }
    }

    private static int LineEnd(ReadOnlySpan<byte> head, int start)
    {
        int length = head[start..].IndexOfAny((byte)'\r', (byte)'\n');
        if (length < 0 || head[start + length] != '\r' || start + length + 1 >= head.Length || head[start + length + 1] != '\n')
        {
            throw new BackEndViolationException("a line of the answer's head does not end with CR LF");
        }
        return start + length;
    }

    private int ReadStatusLine(ReadOnlySpan<byte> head)
    {
        int end = LineEnd(head, 0);
        ReadOnlySpan<byte> line = head[..end];
        bool known = line.StartsWith("HTTP/1.1 "u8) || line.StartsWith("HTTP/1.0 "u8);
        if (!known || line.Length < StatusLineMinimum || (line.Length > StatusLineMinimum && line[StatusLineMinimum] != ' '))
        {
            throw new BackEndViolationException("the answer does not start with an HTTP/1.1 status line");
        }
        IsHttp10 = line[7] == '0';
        int status = 0;
        foreach (byte digit in line[9..StatusLineMinimum])
        {
            status = char.IsAsciiDigit((char)digit) ? status * 10 + digit - '0' : -1_000;
        }
        ReadOnlySpan<byte> reason = line.Length > StatusLineMinimum ? line[(StatusLineMinimum + 1)..] : default;
        if (status is < 100 or > 599 || !HttpCharacters.IsFieldValue(reason))
        {
            throw new BackEndViolationException("the answer's status line is malformed");
        }
        StatusCode = status;
        Reason = reason.IsEmpty ? "" : Encoding.Latin1.GetString(reason);
        return end + 2;
    }

    private int ReadField(ReadOnlySpan<byte> head, int start)
    {
        int end = LineEnd(head, start);
        ReadOnlySpan<byte> line = head[start..end];
        int colon = line.IndexOf((byte)':');
        // A name that starts with a space is a folded line, one that ends with a space is read in two ways: neither is a token.
        if (colon < 0 || !HttpCharacters.IsToken(line[..colon]))
        {
            throw new BackEndViolationException("a field of the answer's head has no valid name");
        }
        ReadOnlySpan<byte> value = HttpCharacters.Trim(line[(colon + 1)..]);
        if (!HttpCharacters.IsFieldValue(value))
        {
            throw new BackEndViolationException($"field {Encoding.ASCII.GetString(line[..colon])} of the answer holds control characters");
        }
        if (_fields.Count == MaxFields)
        {
            throw new BackEndViolationException($"the answer's head has more than {MaxFields} fields");
        }
        int valueStart = value.IsEmpty ? start + colon + 1 : start + colon + 1 + line[(colon + 1)..].IndexOfAnyExcept((byte)' ', (byte)'\t');
        _fields.Add(new HeaderField(start, colon, valueStart, value.Length, Note(line[..colon], value)));
        return end + 2;
    }

    /// <summary>Takes from a field what framing and connection need; true when it is not passed on.</summary>
    private bool Note(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 10 when Is(name, "Connection"u8):
                _hasConnectionClose |= Contains(value, "close"u8);
                _hasKeepAlive |= Contains(value, "keep-alive"u8);
                return true;
            case 10 when Is(name, "Keep-Alive"u8):
            case 16 when Is(name, "Proxy-Connection"u8):
                return true;
            case 14 when Is(name, "Content-Length"u8):
                NoteLength(value);
                return false;
            case 17 when Is(name, "Transfer-Encoding"u8):
                if (_isChunked || !Is(value, "chunked"u8))
                {
                    throw new BackEndViolationException("the answer's Transfer-Encoding is not chunked alone");
                }
                _isChunked = true;
                return true;
            case 16 when Is(name, "WWW-Authenticate"u8):
                HasConnectionBoundChallenge |= ConnectionBoundLogon.IsScheme(value);
                return false;
            default:
                return false;
        }
    }

    private void NoteLength(ReadOnlySpan<byte> value)
    {
        if (_hasLength || value.Length is 0 or > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            throw new BackEndViolationException("the answer's Content-Length is not one number");
        }
        long length = 0;
        foreach (byte digit in value)
        {
            length = length * 10 + digit - '0';
        }
        (ContentLength, _hasLength) = (length, true);
    }

    private void Check()
    {
        if (StatusCode == 205 && (_isChunked || ContentLength > 0))
        {
            // RFC 9110 15.3.6: it has no content, and Kestrel sends none.
            throw new BackEndViolationException("an answer of status 205 has a body");
        }
        if (_isChunked && (_hasLength || IsHttp10))
        {
            throw new BackEndViolationException("the answer has Transfer-Encoding where it may not: beside Content-Length, or in HTTP/1.0");
        }
    }

    /// <summary>Fields that a Connection field names concern the connection as well (RFC 9110 7.6.1).</summary>
    private void MarkNominated(ReadOnlySpan<byte> head)
    {
        for (int i = 0; i < _fields.Count; i++)
        {
            if (Is(_fields[i].Name(head), "Connection"u8))
            {
                MarkNominated(head, _fields[i].Value(head));
            }
        }
    }

    private void MarkNominated(ReadOnlySpan<byte> head, ReadOnlySpan<byte> names)
    {
        for (int i = 0; i < _fields.Count; i++)
        {
            ReadOnlySpan<byte> name = _fields[i].Name(head);
            // Without its length an answer would have another one.
            if (!_fields[i].IsHopByHop && Contains(names, name) && !Is(name, "Content-Length"u8) && !Is(name, "Upgrade"u8))
            {
                _fields[i] = _fields[i] with { IsHopByHop = true };
            }
        }
    }

    private static bool Is(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => Ascii.EqualsIgnoreCase(one, other);

    /// <summary>Whether a comma-separated list has a token.</summary>
    private static bool Contains(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        foreach (Range part in list.Split((byte)','))
        {
            if (Is(HttpCharacters.Trim(list[part]), token))
            {
                return true;
            }
        }
        return false;
    }
}
