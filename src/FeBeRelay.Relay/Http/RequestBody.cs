using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using FeBeRelay.Channel.Transport;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Relay.Http.Parsing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace FeBeRelay.Relay.Http;

/// <summary>Carries a request's body to the back end, every piece as it comes.</summary>
internal static class RequestBody
{
    // Eight hexadecimal digits and CR LF in front of a chunk, CR LF behind it.
    private const int ChunkHead = 10;
    private const int ChunkTail = 2;

    /// <summary>Copies the body.</summary>
    /// <returns>Whether all of it was sent; false when the reader was cancelled, because nobody wants the rest.</returns>
    /// <exception cref="ClientBodyException">The client broke off, or its body is malformed.</exception>
    public static async Task<bool> CopyAsync(HttpContext context, BackEndConnection connection, bool chunked)
    {
        byte[] buffer = Buffers.Plaintext.Rent();
        try
        {
            PipeReader reader = context.Request.BodyReader;
            while (true)
            {
                ReadResult read = await ReadAsync(reader).ConfigureAwait(false);
                if (read.IsCanceled)
                {
                    return false;
                }
                ReadOnlySequence<byte> rest = read.Buffer;
                while (!rest.IsEmpty)
                {
                    int count = (int)Math.Min(rest.Length, Limits.MaxPlaintext - ChunkHead - ChunkTail);
                    int start = Frame(rest.Slice(0, count), buffer, chunked, out int length);
                    await connection.SendAsync(buffer, start, length).ConfigureAwait(false);
                    rest = rest.Slice(count);
                }
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
            if (chunked)
            {
                int length = WriteLastChunk(context, ref buffer);
                await connection.SendAsync(buffer.AsMemory(ChannelSender.Headroom, length)).ConfigureAwait(false);
            }
            return true;
        }
        finally
        {
            if (buffer.Length == Buffers.Plaintext.Size)
            {
                Buffers.Plaintext.Return(buffer);
            }
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader reader)
    {
        try
        {
            return await reader.ReadAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or OperationCanceledException or InvalidOperationException)
        {
            throw new ClientBodyException(e);
        }
    }

    /// <summary>Puts data, and what makes a chunk of it, where it can be sealed.</summary>
    private static int Frame(ReadOnlySequence<byte> data, byte[] buffer, bool chunked, out int length)
    {
        int start = ChannelSender.Headroom + ChunkHead;
        length = (int)data.Length;
        data.CopyTo(buffer.AsSpan(start));
        if (!chunked)
        {
            return start;
        }
        "\r\n"u8.CopyTo(buffer.AsSpan(start + length));
        Span<byte> digits = stackalloc byte[8];
        Utf8Formatter.TryFormat(length, digits, out int count, new StandardFormat('X'));
        "\r\n"u8.CopyTo(buffer.AsSpan(start - 2));
        digits[..count].CopyTo(buffer.AsSpan(start - 2 - count));
        length += count + 2 + ChunkTail;
        return start - 2 - count;
    }

    private static int WriteLastChunk(HttpContext context, ref byte[] buffer)
    {
        var writer = new HeadWriter(buffer, ChannelSender.Headroom);
        writer.Write("0\r\n"u8);
        if (context.Features.Get<IHttpRequestTrailersFeature>() is { Available: true } feature)
        {
            foreach ((string name, StringValues values) in feature.Trailers)
            {
                if (!HttpCharacters.IsToken(name) || values.Any(v => v is not null && !HttpCharacters.IsFieldValue(v)) || RequestFields.IsOfConnection(name) || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                {
                    throw new ClientBodyException(new BadHttpRequestException("a trailer is not a field, or one that decides about framing"));
                }
                foreach (string? value in values)
                {
                    writer.WriteField(name, value ?? "");
                }
            }
        }
        writer.Write("\r\n"u8);
        if (writer.Buffer != buffer)
        {
            Buffers.Plaintext.Return(buffer);
            buffer = writer.Buffer;
        }
        return writer.Length;
    }
}

/// <summary>The client broke its request off, or the body is not what HTTP allows.</summary>
internal sealed class ClientBodyException(Exception inner) : Exception(inner.Message, inner)
{
    /// <summary>Whether the client is still there to be told. Kestrel has three ways to say so: of framing, of a chunk of 2 GiB and more, of NUL in a trailer.</summary>
    public bool IsMalformed => InnerException switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad => !bad.Message.Contains("Unexpected end", StringComparison.Ordinal),
        IOException { InnerException: OverflowException } => true,
        InvalidOperationException => true,
        _ => false,
    };
}
