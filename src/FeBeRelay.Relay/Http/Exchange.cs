using FeBeRelay.Protocol.Channels;
using FeBeRelay.Relay.Http.Parsing;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace FeBeRelay.Relay.Http;

/// <summary>
/// One request and its answer.
/// <code>
/// client --request--> RequestPlan (head) --> BackEndConnection --> RequestBody, beside the answer
/// client &lt;--answer--- ResponseHead: 1xx past Kestrel | 101 Upgrade | final ResponseFields --> ResponseBody
/// </code>
/// Nothing is sent twice unless it is safe to (RFC 9110 9.2.1), nothing waits for what is not needed yet, and what is cut on one side is cut on the other.
/// </summary>
internal sealed class Exchange(HttpContext context, BackEndPool pool, RequestPlan request, RoutePlan route, HttpTransformer transformer, TimeSpan? idle, TimeProvider time, ILogger logger)
{
    private readonly ClientConnection? _client = context.Features.Get<ClientConnection>();
    private readonly BackEndLease _lease = new(context, pool, context.Features.Get<ClientConnection>(), logger);
    private Task<bool>? _body;
    private ReadOnlyMemory<byte> _head;
    private bool _hasAnswer;
    private bool _isAnswered;
    private bool _isSentAgain;
    private ActivityTimer? _activity;
    private volatile ClientBodyException? _broken;
    private volatile bool _isIdle;
    private volatile bool _isSent;
    private volatile bool _isUpgraded;

    /// <summary>The channel that carried it, for the log.</summary>
    public string Channel => _lease.ChannelId;

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="ExchangeException">The back end could not be reached, or its answer is not one.</exception>
    /// <exception cref="ClientGoneException">The client is gone.</exception>
    /// <exception cref="ClientBodyException">The client broke its request off.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        RefuseSharedLogon(request.HasLogon);
        _client?.Follow(this);
        using CancellationTokenRegistration aborted = cancellation.UnsafeRegister(static self => ((Exchange)self!).OnClientReset(), this);
        using ActivityTimer? activity = _activity = idle is { } limit ? new ActivityTimer(limit, time, OnIdle) : null;
        bool keep = false;
        try
        {
            await SendAsync(cancellation).ConfigureAwait(false);
            ResponseHead head = await ReceiveHeadAsync(cancellation).ConfigureAwait(false);
            _isUpgraded = head.StatusCode == StatusCodes.Status101SwitchingProtocols;
            if (_isUpgraded)
            {
                _isAnswered = await new Upgrade(context, _lease.Connection, _client).RunAsync(head, _head).ConfigureAwait(false);
            }
            else
            {
                keep = await AnswerAsync(head).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (_broken is { } broken && e is not ClientBodyException)
        {
            // The client broke off, which cut the back end's connection, which is what was noticed here.
            throw broken;
        }
        catch (Exception e) when (_lease.IsAborted && (BackEndConnection.IsCut(e) || e is OperationCanceledException))
        {
            throw Failure.OfAbort(context);
        }
        catch (Exception e) when (BackEndConnection.IsCut(e))
        {
            throw _isIdle ? Failure.OfIdleness(e) : Failure.OfStream(e);
        }
        finally
        {
            _client?.Follow(null);
            await ReleaseAsync(keep).ConfigureAwait(false);
        }
    }

    /// <summary>The client has ended its bytes: once the request is sent whole, so do we. Behind 101 that end has its place among the bytes.</summary>
    public void OnClientHalfClosed()
    {
        if (_isSent && !_isUpgraded)
        {
            _lease.End();
        }
    }

    /// <summary>The client is gone: so are we, for the back end.</summary>
    public void OnClientReset() => _lease.Abort();

    /// <summary>Many requests at a time share a connection of HTTP/2: a logon that belongs to the connection cannot be told apart there.</summary>
    private void RefuseSharedLogon(bool hasLogon)
    {
        const int http11Required = 0xD;
        if (hasLogon && context.Request.Protocol == "HTTP/2" && context.Features.Get<IHttpResetFeature>() is { } feature)
        {
            feature.Reset(http11Required);
            throw new ClientGoneException();
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        while (true)
        {
            // Sent again only once, and never on another connection that may be over.
            await _lease.TakeAsync(request.Secret, mustBeQuiet: !request.IsSafe, mustBeNew: _isSentAgain, cancellation).ConfigureAwait(false);
            _lease.Connection.Activity = _activity;
            try
            {
                await SendHeadAsync(_lease.Connection).ConfigureAwait(false);
                _lease.Connection.ReadSteadily();
                break;
            }
            catch (Exception e) when (BackEndConnection.IsCut(e) && MaySendAgain)
            {
                await StartAgainAsync().ConfigureAwait(false);
            }
        }
        if (request.HasBody)
        {
            _body = CopyBodyAsync(_lease.Connection);
        }
        else
        {
            NoteSent();
        }
    }

    private async ValueTask SendHeadAsync(BackEndConnection connection)
    {
        const int start = ChannelSender.Headroom;
        if (request.HeadLength <= Protocol.Limits.MaxPlaintext && request.Buffer.Length == FeBeRelay.Channel.Transport.Buffers.Plaintext.Size && !request.IsSafe)
        {
            await connection.SendAsync(request.Buffer, start, request.HeadLength).ConfigureAwait(false);
        }
        else
        {
            // Sealing in place destroys the plaintext, and this may be wanted again.
            await connection.SendAsync(request.Buffer.AsMemory(start, request.HeadLength)).ConfigureAwait(false);
        }
        if (context.Request.Headers.Expect.Count > 0)
        {
            // Decided by the back end: without the field Kestrel does not answer it by itself.
            context.Request.Headers.Remove(HeaderNames.Expect);
        }
    }

    /// <summary>Neither side has moved a byte for as long as the cluster's configuration allows.</summary>
    private void OnIdle()
    {
        _isIdle = true;
        _lease.Cut();
    }

    private async Task<bool> CopyBodyAsync(BackEndConnection connection)
    {
        try
        {
            bool whole = await RequestBody.CopyAsync(context, connection, request.IsChunked).ConfigureAwait(false);
            if (whole)
            {
                NoteSent();
            }
            return whole;
        }
        catch (ClientBodyException e)
        {
            // Known before the back end's side can fail of it: what the client sent behind the break must never be read as a request.
            _broken = e;
            // Never a body that looks complete.
            await connection.AbortAsync().ConfigureAwait(false);
            throw;
        }
        catch (Exception e) when (BackEndConnection.IsCut(e))
        {
            // Whoever reads the answer meets the same, or has an answer that came before.
            return false;
        }
    }

    private void NoteSent()
    {
        _isSent = true;
        if (_client is { IsHalfClosed: true })
        {
            OnClientHalfClosed();
        }
    }

    private bool MaySendAgain => _lease.IsShared && request.IsSafe && !_lease.IsAborted && !_isIdle && !_hasAnswer;

    private async Task StartAgainAsync()
    {
        HttpLog.SentAgain(logger, context.TraceIdentifier);
        await _lease.DropAsync().ConfigureAwait(false);
        _isSentAgain = true;
    }

    /// <summary>Reads to the final head, or to 101; passes on what comes before it.</summary>
    private async Task<ResponseHead> ReceiveHeadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                ResponseHead head = await ReadHeadAsync().ConfigureAwait(false);
                if (!head.IsInterim)
                {
                    return head;
                }
                await PassInterimAsync(head).ConfigureAwait(false);
            }
            catch (Exception e) when ((BackEndConnection.IsCut(e) || e is ExchangeException) && MaySendAgain)
            {
                await StartAgainAsync().ConfigureAwait(false);
                await SendAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Leaves the bytes of the head in <see cref="_head"/>, until the next receive.</summary>
    private async ValueTask<ResponseHead> ReadHeadAsync()
    {
        BackEndConnection connection = _lease.Connection;
        byte[] begun = [];
        while (true)
        {
            if (connection.Unread.IsEmpty && !await connection.ReceiveAsync().ConfigureAwait(false))
            {
                throw new ExchangeException(ForwarderError.Request, StatusCodes.Status502BadGateway, "waiting for the answer", "the back end ended the connection without an answer");
            }
            _hasAnswer = true;
            ReadOnlyMemory<byte> bytes = begun.Length == 0 ? connection.Unread : (byte[])[.. begun, .. connection.Unread.Span];
            int length = Parse(connection.Head, bytes.Span);
            if (length > 0)
            {
                connection.Advance(length - begun.Length);
                _head = bytes[..length];
                return connection.Head;
            }
            connection.Advance(connection.Unread.Length);
            begun = bytes.ToArray();
        }
    }

    private static int Parse(ResponseHead head, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return head.Read(bytes);
        }
        catch (BackEndViolationException e)
        {
            throw Failure.OfAnswer(e);
        }
    }

    private async Task PassInterimAsync(ResponseHead head)
    {
        if (context.Request.Protocol == "HTTP/1.1" && !context.Response.HasStarted && context.Features.Get<IConnectionTransportFeature>() is { } transport)
        {
            await transport.Transport.Output.WriteAsync(ResponseFields.ToInterim(head, _head.Span)).ConfigureAwait(false);
        }
    }

    /// <summary>Passes the final answer on. True when the back end's connection may carry another exchange.</summary>
    private async Task<bool> AnswerAsync(ResponseHead head)
    {
        if (head.HasConnectionBoundChallenge)
        {
            RefuseSharedLogon(hasLogon: true);
        }
        _lease.IsPinned |= request.HasLogon || head.HasConnectionBoundChallenge;
        BodyFraming framing = head.FramingFor(context.Request.Method);
        bool keeps = head.KeepsConnection && framing != BodyFraming.UntilClose;
        bool hasBody = await ApplyAsync(head).ConfigureAwait(false);
        bool asItIs = SetFraming(head, framing, keeps);
        var body = new ResponseBody(context, _lease.Connection);
        try
        {
            if (_lease.Connection.Unread.IsEmpty || framing == BodyFraming.None)
            {
                await body.FlushAsync().ConfigureAwait(false);
            }
            if (hasBody)
            {
                await body.CopyAsync(framing, head.ContentLength ?? 0, asItIs).ConfigureAwait(false);
            }
        }
        catch (BackEndViolationException e)
        {
            throw Failure.OfAnswer(e);
        }
        await context.Response.CompleteAsync().ConfigureAwait(false);
        _isAnswered = true;
        bool whole = await EndRequestAsync(keeps).ConfigureAwait(false);
        return keeps && whole && hasBody && !_lease.Connection.SentEnd && _lease.Connection.Unread.IsEmpty;
    }

    private async ValueTask<bool> ApplyAsync(ResponseHead head)
    {
        if (!route.TransformsResponse)
        {
            ResponseFields.Apply(context, head, _head.Span);
            return true;
        }
        ResponseFields.ApplyStatus(context, head);
        using HttpResponseMessage message = ResponseFields.ToMessage(head, _head.Span);
        return await transformer.TransformResponseAsync(context, message, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Frames the answer for the client. True when the bytes of a chunked body go on as they are.</summary>
    private bool SetFraming(ResponseHead head, BodyFraming framing, bool keeps)
    {
        HttpResponse response = context.Response;
        if (framing == BodyFraming.Length)
        {
            response.ContentLength = head.ContentLength;
        }
        bool asItIs = framing == BodyFraming.Chunked && context.Request.Protocol == "HTTP/1.1";
        if (asItIs)
        {
            // With the field set Kestrel leaves the framing to us: trailers and extensions stay.
            response.Headers.TransferEncoding = "chunked";
        }
        bool early = _body is { IsCompleted: false };
        if (!keeps && (_lease.IsPinned || early) && context.Request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal))
        {
            response.Headers.Connection = "close";
        }
        return asItIs;
    }

    /// <summary>Behind an early answer: the rest of the request goes on if the back end still wants it.</summary>
    private async Task<bool> EndRequestAsync(bool keeps)
    {
        if (_body is null)
        {
            return true;
        }
        if (!keeps && !_body.IsCompleted)
        {
            context.Request.BodyReader.CancelPendingRead();
        }
        return await _lease.Connection.AttendAsync(_body).ConfigureAwait(false) && await _body.ConfigureAwait(false);
    }

    private async ValueTask ReleaseAsync(bool keep)
    {
        if (!keep && _body is { IsCompleted: false } body)
        {
            _lease.Cut();
            context.Request.BodyReader.CancelPendingRead();
            await Task.WhenAny(body).ConfigureAwait(false);
        }
        await _lease.ReleaseAsync(keep, _isAnswered).ConfigureAwait(false);
    }
}
