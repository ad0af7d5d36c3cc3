using System.Net.Sockets;
using FeBeRelay.Channel.Connections;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Http.Parsing;
using Microsoft.AspNetCore.Http.Timeouts;
using Yarp.ReverseProxy.Forwarder;

namespace FeBeRelay.Relay.Http;

/// <summary>Says of what went wrong in an exchange which step it was, and which status that is.</summary>
internal static class Failure
{
    /// <summary>What making a channel throws.</summary>
    public static bool IsOfNegotiation(Exception e) => e is NegotiationException or OperationCanceledException or IOException || BackEndConnection.IsCut(e);

    /// <summary>No channel could be had.</summary>
    public static ExchangeException OfNegotiation(Exception e)
    {
        string step = (e as NegotiationException)?.Step switch
        {
            NegotiationStep.Resolve => "finding the node's address",
            NegotiationStep.Connect => "connecting to the node",
            NegotiationStep.MainMode => "main mode with the node",
            NegotiationStep.QuickMode => "quick mode with the node",
            _ => "reaching the node",
        };
        bool late = e is OperationCanceledException
            || e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut } or ProtocolException { Error: ProtocolError.Deadline };
        bool busy = e is NegotiationException { Code: ErrorCode.Busy };
        int status = late ? StatusCodes.Status504GatewayTimeout : busy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status502BadGateway;
        return new ExchangeException(late ? ForwarderError.RequestTimedOut : ForwarderError.Request, status, step, e.Message, e);
    }

    /// <summary>Policy refuses: because of what was met of the peer (502), or by its own word (503), which is no fault of the destination.</summary>
    public static ExchangeException OfPolicy(BlockReason reason, string detail)
    {
        (bool isOwn, string step) = reason switch
        {
            BlockReason.Rule => (true, "asking policy, which blocks the way to the node"),
            BlockReason.NoClearTo => (true, "asking policy, which sends it clear, and the destination has no clearTo"),
            BlockReason.Credentials => (false, "main mode with the node: credentials are refused"),
            BlockReason.NegotiationFailed => (false, "negotiating with the node"),
            _ => (false, "reaching the node protected, without which nothing is sent"),
        };
        return new ExchangeException(
            isOwn ? ForwarderError.RequestCreation : ForwarderError.Request, isOwn ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status502BadGateway, step, detail);
    }

    /// <summary>The request would have gone clear, and is not to.</summary>
    public static ExchangeException OfGuard(string step) => new(ForwarderError.RequestCreation, StatusCodes.Status503ServiceUnavailable, step, $"refused: {step}");

    /// <summary>Where clear bytes go does not answer.</summary>
    public static ExchangeException OfClearWay(SocketException e) => new(
        ForwarderError.Request, StatusCodes.Status502BadGateway, "connecting to where the node takes clear connections", e.Message, e);

    /// <summary>The stream was cut, by the listener with a code or by the network.</summary>
    public static ExchangeException OfStream(Exception e)
    {
        ErrorCode? code = (e as ProtocolException)?.Code;
        string step = code switch
        {
            ErrorCode.NoService => "asking for the service, which the node does not have",
            ErrorCode.NotAuthorised => "asking for the service, which this node may not use",
            ErrorCode.BackEndUnreachable => "reaching the back end behind the node",
            ErrorCode.Busy => "asking for the service: the node is busy",
            _ => "waiting for the answer",
        };
        int status = code == ErrorCode.Busy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status502BadGateway;
        return new ExchangeException(ForwarderError.Request, status, step, e.Message, e);
    }

    /// <summary>The back end's answer is not HTTP.</summary>
    public static ExchangeException OfAnswer(BackEndViolationException e) =>
        new(ForwarderError.ResponseHeaders, StatusCodes.Status502BadGateway, "reading the answer", e.Message, e);

    /// <summary>Nothing moved for longer than the cluster allows.</summary>
    public static ExchangeException OfIdleness(Exception e) =>
        new(ForwarderError.RequestTimedOut, StatusCodes.Status504GatewayTimeout, "waiting for the answer", "neither side moved a byte within the cluster's ActivityTimeout", e);

    /// <summary>The request was aborted: by its client, or by a time-out of its route.</summary>
    public static Exception OfAbort(HttpContext context) =>
        context.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true }
            ? new ExchangeException(ForwarderError.RequestTimedOut, StatusCodes.Status504GatewayTimeout, "waiting for the answer", "the route's Timeout has passed")
            : new ClientGoneException();
}
