using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace FeBeRelay.Scenarios.Telemetry;

/// <summary>A collector of OpenTelemetry as far as it receives: OTLP over HTTP or gRPC (opentelemetry-proto 1.x), whose messages it takes apart by itself.</summary>
internal sealed class Collector : IAsyncDisposable
{
    /// <summary>In front of a message of gRPC: whether it is compressed, and its length (u8, u32).</summary>
    private const int GrpcPrefix = 5;

    private readonly bool _isGrpc;
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Span> _spans = [];
    private readonly ConcurrentQueue<Metric> _metrics = [];

    private Collector(bool isGrpc)
    {
        _isGrpc = isGrpc;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(
            options => options.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        _server = builder.Build();
        _server.Run(isGrpc ? TakeCallAsync : TakeRequestAsync);
    }

    public string Address => _server.Urls.Single();

    /// <summary>All spans so far.</summary>
    public IReadOnlyCollection<Span> Spans => _spans;

    /// <summary>All metrics so far, of every sending.</summary>
    public IReadOnlyCollection<Metric> Metrics => _metrics;

    /// <summary>What a node calls how it is sent.</summary>
    public string Protocol => _isGrpc ? "grpc" : "http/protobuf";

    public static async Task<Collector> StartAsync(bool isGrpc = false)
    {
        var collector = new Collector(isGrpc);
        await collector._server.StartAsync();
        return collector;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task TakeRequestAsync(HttpContext context)
    {
        byte[] message = await ReadAsync(context.Request);
        switch (context.Request.Path.Value)
        {
            case "/v1/traces":
                TakeSpans(message);
                break;
            case "/v1/metrics":
                TakeMetrics(message);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    /// <summary>A unary call with one message, whose answer is an empty one.</summary>
    private async Task TakeCallAsync(HttpContext context)
    {
        byte[] message = await ReadAsync(context.Request);
        bool isUncompressed = message[0] == 0;
        switch (context.Request.Path.Value)
        {
            case "/opentelemetry.proto.collector.trace.v1.TraceService/Export" when isUncompressed:
                TakeSpans(message[GrpcPrefix..]);
                break;
            case "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" when isUncompressed:
                TakeMetrics(message[GrpcPrefix..]);
                break;
            default:
                context.Response.AppendTrailer("grpc-status", "12");
                return;
        }
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[GrpcPrefix]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private void TakeSpans(byte[] message)
    {
        foreach (ProtobufMessage resource in new ProtobufMessage(message).All(1))
        {
            resource.All(2).ToList().ForEach(scope => scope.All(2).ToList().ForEach(span => _spans.Enqueue(ReadSpan(NodeOf(resource), scope.All(1).Single().Text(1), span))));
        }
    }

    private void TakeMetrics(byte[] message)
    {
        foreach (ProtobufMessage resource in new ProtobufMessage(message).All(1))
        {
            resource.All(2, 2).ToList().ForEach(
                metric => _metrics.Enqueue(new Metric(NodeOf(resource), metric.Text(1), metric.Text(3), [.. metric.All(7, 1).Select(point => (long)point.Number(6))])));
        }
    }

    private static string NodeOf(ProtobufMessage resource) => Attributes(resource.All(1).Single(), 1)["service.instance.id"];

    private static Span ReadSpan(string node, string source, ProtobufMessage span) => new(
        node, source, span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4), (int)span.Number(6), span.Number(8) - span.Number(7), (int)(span.All(15).SingleOrDefault()?.Number(3) ?? 0), Attributes(span, 9));

    private static Dictionary<string, string> Attributes(ProtobufMessage of, int field) => of.All(field).ToDictionary(
        pair => pair.Text(1), pair => pair.All(2).Single() is var value && value.Text(1) is { Length: > 0 } text ? text : value.Number(3).ToString(CultureInfo.InvariantCulture));
}

/// <summary>A span. Kinds: 1 internal, 2 server, 3 client. Status: 0 unset, 2 error.</summary>
internal sealed record Span(
    string Node, string Source, string Name, string Trace, string Id, string Parent, int Kind, ulong Nanoseconds, int Status, IReadOnlyDictionary<string, string> Attributes);

/// <summary>A metric, with the values of its points where it counts something.</summary>
internal sealed record Metric(string Node, string Name, string Unit, IReadOnlyList<long> Counts);
