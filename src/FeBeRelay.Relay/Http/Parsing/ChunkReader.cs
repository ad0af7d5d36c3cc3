namespace FeBeRelay.Relay.Http.Parsing;

/// <summary>
/// Follows a body in the chunked coding (RFC 9112 7.1), strict, so that its bytes can be passed on as they are or its data taken out. Takes bytes in any
/// pieces. Not thread-safe; one object follows one body.
/// </summary>
internal sealed class ChunkReader
{
    /// <summary>Bytes of one chunk's extensions, and of all trailers with their line ends.</summary>
    public const int MaxExtensionBytes = 4 * 1024;

    /// <inheritdoc cref="MaxExtensionBytes"/>
    public const int MaxTrailerBytes = 64 * 1024;

    private const int MaxSizeDigits = 15;

    private enum Place
    {
        Size,
        Padding,
        Extension,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        Trailer,
        End,
    }

    private Place _place = Place.Size;
    private int _digits;
    private int _lineBytes;
    private long _left;
    private bool _isQuoted;
    private bool _isEscaped;
    private byte[] _trailers = [];
    private int _trailerLength;

    /// <summary>Whether the whole body was seen; what follows is no part of it.</summary>
    public bool IsComplete => _place == Place.End;

    /// <summary>The trailer section, each field with its CR LF; empty without trailers. Whole when <see cref="IsComplete"/>.</summary>
    public ReadOnlySpan<byte> Trailers => _trailers.AsSpan(0, Math.Max(0, _trailerLength - 2));

    /// <summary>Goes on to the end of the next run of data, of the body, or of the bytes.</summary>
    /// <param name="input">The bytes behind those that were consumed so far.</param>
    /// <param name="data">The run of data among them; may be empty.</param>
    /// <returns>Bytes consumed, 0 only for empty input or when complete.</returns>
    /// <exception cref="BackEndViolationException">It is not the chunked coding.</exception>
    public int Read(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> data)
    {
        data = default;
        int at = 0;
        while (at < input.Length && _place != Place.End)
        {
            switch (_place)
            {
                case Place.Data:
                    int count = (int)Math.Min(_left, input.Length - at);
                    data = input.Slice(at, count);
                    _left -= count;
                    _place = _left == 0 ? Place.DataReturn : Place.Data;
                    return at + count;
                case Place.Trailer:
                    at += ReadTrailer(input[at..]);
                    break;
                default:
                    Step(input[at++]);
                    break;
            }
        }
        return at;
    }

    /// <summary>Passes over as much of the body as is there.</summary>
    /// <returns>Bytes consumed: all of them unless the body ends before.</returns>
    /// <exception cref="BackEndViolationException">It is not the chunked coding.</exception>
    public int Skip(ReadOnlySpan<byte> input)
    {
        int at = 0;
        while (at < input.Length && !IsComplete)
        {
            at += Read(input[at..], out _);
        }
        return at;
    }

    private void Step(byte value)
    {
        _place = _place switch
        {
            Place.Size => StepSize(value),
            Place.Padding => StepPadding(value),
            Place.Extension => StepExtension(value),
            Place.SizeLineFeed => Expect(value, '\n', EndSize()),
            Place.DataReturn => Expect(value, '\r', Place.DataLineFeed),
            _ => Expect(value, '\n', Place.Size),
        };
    }

    private Place StepSize(byte value)
    {
        if (char.IsAsciiHexDigit((char)value))
        {
            if (++_digits > MaxSizeDigits)
            {
                throw new BackEndViolationException("a chunk's size is too large");
            }
            _left = _left * 16 + (value <= '9' ? value - '0' : (value | 0x20) - 'a' + 10);
            return Place.Size;
        }
        if (_digits == 0 || value is not ((byte)'\r' or (byte)';' or (byte)' ' or (byte)'\t'))
        {
            throw new BackEndViolationException("a chunk's size is not a hexadecimal number");
        }
        // Some servers pad the size with spaces.
        return value switch { (byte)'\r' => Place.SizeLineFeed, (byte)';' => Place.Extension, _ => Place.Padding };
    }

    /// <summary>What follows the padding is an extension or the end of the line: other digits would be another size to some readers.</summary>
    private Place StepPadding(byte value)
    {
        if (value is not ((byte)' ' or (byte)'\t' or (byte)';' or (byte)'\r'))
        {
            throw new BackEndViolationException("a chunk's size is not a hexadecimal number");
        }
        Place next = StepExtension(value);
        return value is (byte)' ' or (byte)'\t' ? Place.Padding : next;
    }

    private Place StepExtension(byte value)
    {
        if (++_lineBytes > MaxExtensionBytes)
        {
            throw new BackEndViolationException($"a chunk's extensions are longer than {MaxExtensionBytes} bytes");
        }
        if (value == '\r' && !_isQuoted)
        {
            return Place.SizeLineFeed;
        }
        if (value is < 0x20 and not (byte)'\t' or 0x7F)
        {
            throw new BackEndViolationException("a chunk's extensions hold control characters");
        }
        _isQuoted ^= value == '"' && !_isEscaped;
        _isEscaped = value == '\\' && _isQuoted && !_isEscaped;
        return Place.Extension;
    }

    private Place EndSize()
    {
        bool last = _left == 0;
        _digits = 0;
        _lineBytes = 0;
        return last ? Place.Trailer : Place.Data;
    }

    private static Place Expect(byte value, char expected, Place next) =>
        value == expected ? next : throw new BackEndViolationException("a chunk does not end with CR LF");

    /// <summary>Collects trailer lines up to the empty one.</summary>
    private int ReadTrailer(ReadOnlySpan<byte> input)
    {
        int lineFeed = input.IndexOf((byte)'\n');
        int count = lineFeed < 0 ? input.Length : lineFeed + 1;
        if (_trailerLength + count > MaxTrailerBytes)
        {
            throw new BackEndViolationException($"the trailers are longer than {MaxTrailerBytes} bytes");
        }
        if (_trailerLength + count > _trailers.Length)
        {
            Array.Resize(ref _trailers, Math.Max(_trailerLength + count, 2 * _trailers.Length));
        }
        input[..count].CopyTo(_trailers.AsSpan(_trailerLength));
        _trailerLength += count;
        _lineBytes += count;
        if (lineFeed >= 0)
        {
            EndTrailerLine(_trailers.AsSpan(_trailerLength - _lineBytes, _lineBytes));
            _lineBytes = 0;
        }
        return count;
    }

    private void EndTrailerLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 2 || line[^2] != '\r')
        {
            throw new BackEndViolationException("a trailer does not end with CR LF");
        }
        if (line.Length == 2)
        {
            _place = Place.End;
            return;
        }
        int colon = line.IndexOf((byte)':');
        if (colon < 0 || !HttpCharacters.IsToken(line[..colon]) || !HttpCharacters.IsFieldValue(line[(colon + 1)..^2]) || IsFraming(line[..colon]))
        {
            throw new BackEndViolationException("a trailer is not a field, or one that decides about framing");
        }
    }

    private static bool IsFraming(ReadOnlySpan<byte> name) =>
        System.Text.Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8) || System.Text.Ascii.EqualsIgnoreCase(name, "Content-Length"u8);
}
