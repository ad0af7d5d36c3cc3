using System.IO.Pipelines;
using FeBeRelay.Relay.Http.Parsing;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace FeBeRelay.Relay.Http;

/// <summary>Carries an answer's body to the client, every piece as it comes, and tells a whole one from one that was cut.</summary>
internal sealed class ResponseBody(HttpContext context, BackEndConnection connection)
{
    /// <summary>Copies the body and the end of it.</summary>
    /// <exception cref="ExchangeException">It was cut, or is malformed.</exception>
    /// <exception cref="ClientGoneException">There is nobody to send it to.</exception>
    public async Task CopyAsync(BodyFraming framing, long length, bool asItIs)
    {
        switch (framing)
        {
            case BodyFraming.Length:
                await CopyLengthAsync(length).ConfigureAwait(false);
                break;
            case BodyFraming.Chunked when asItIs:
                await CopyChunkedAsync().ConfigureAwait(false);
                break;
            case BodyFraming.Chunked:
                await DecodeChunkedAsync().ConfigureAwait(false);
                break;
            case BodyFraming.UntilClose:
                await CopyUntilCloseAsync().ConfigureAwait(false);
                break;
            default:
                break;
        }
    }

    /// <summary>Sends what is known so far: a head whose body may be long in coming.</summary>
    public async ValueTask FlushAsync()
    {
        await context.Response.StartAsync().ConfigureAwait(false);
        Check(await context.Response.BodyWriter.FlushAsync().ConfigureAwait(false));
    }

    private async Task CopyLengthAsync(long left)
    {
        while (left > 0)
        {
            await FillAsync().ConfigureAwait(false);
            int count = (int)Math.Min(left, connection.Unread.Length);
            await WriteAsync(count).ConfigureAwait(false);
            left -= count;
        }
    }

    private async Task CopyChunkedAsync()
    {
        var chunks = new ChunkReader();
        while (!chunks.IsComplete)
        {
            await FillAsync().ConfigureAwait(false);
            await WriteAsync(chunks.Skip(connection.Unread.Span)).ConfigureAwait(false);
        }
    }

    private async Task DecodeChunkedAsync()
    {
        var chunks = new ChunkReader();
        while (!chunks.IsComplete)
        {
            await FillAsync().ConfigureAwait(false);
            PipeWriter writer = context.Response.BodyWriter;
            int count = Decode(chunks, connection.Unread.Span, writer);
            connection.Advance(count);
            Check(await writer.FlushAsync().ConfigureAwait(false));
        }
        WriteTrailers(chunks.Trailers);
    }

    private static int Decode(ChunkReader chunks, ReadOnlySpan<byte> input, PipeWriter writer)
    {
        int at = 0;
        while (at < input.Length && !chunks.IsComplete)
        {
            at += chunks.Read(input[at..], out ReadOnlySpan<byte> data);
            if (!data.IsEmpty)
            {
                data.CopyTo(writer.GetSpan(data.Length));
                writer.Advance(data.Length);
            }
        }
        return at;
    }

    /// <summary>HTTP/2 has trailers of its own; HTTP/1.0 has none.</summary>
    private void WriteTrailers(ReadOnlySpan<byte> trailers)
    {
        if (trailers.IsEmpty || context.Features.Get<IHttpResponseTrailersFeature>() is not { } feature || feature.Trailers.IsReadOnly)
        {
            return;
        }
        foreach (Range line in trailers.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> field = trailers[line];
            int colon = field.IndexOf((byte)':');
            if (colon > 0)
            {
                feature.Trailers.Append(
                    System.Text.Encoding.ASCII.GetString(field[..colon]),
                    System.Text.Encoding.Latin1.GetString(HttpCharacters.Trim(field[(colon + 1)..].TrimEnd((byte)'\r'))));
            }
        }
    }

    private async Task CopyUntilCloseAsync()
    {
        while (!connection.Unread.IsEmpty || await connection.ReceiveAsync().ConfigureAwait(false))
        {
            await WriteAsync(connection.Unread.Length).ConfigureAwait(false);
        }
    }

    private async ValueTask FillAsync()
    {
        if (connection.Unread.IsEmpty && !await connection.ReceiveAsync().ConfigureAwait(false))
        {
            throw new ExchangeException(ForwarderError.ResponseBodyDestination, StatusCodes.Status502BadGateway, "reading the answer", "the back end ended in the middle of the answer's body");
        }
    }

    private async ValueTask WriteAsync(int count)
    {
        Check(await context.Response.BodyWriter.WriteAsync(connection.Unread[..count]).ConfigureAwait(false));
        connection.Advance(count);
    }

    private static void Check(FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new ClientGoneException();
        }
    }
}

/// <summary>The client does not take its answer any more.</summary>
internal sealed class ClientGoneException() : Exception("the client is gone");
