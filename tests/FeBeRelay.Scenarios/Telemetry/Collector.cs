using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace FeBeRelay.Scenarios.Telemetry;

/// <summary>A collector of OpenTelemetry as far as it receives: OTLP over HTTP (opentelemetry-proto 1.x), whose messages it takes apart by itself.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Span> _spans = [];
    private readonly ConcurrentQueue<Metric> _metrics = [];

    private Collector()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(TakeAsync);
    }

    public string Address => _server.Urls.Single();

    /// <summary>All spans so far.</summary>
    public IReadOnlyCollection<Span> Spans => _spans;

    /// <summary>All metrics so far, of every sending.</summary>
    public IReadOnlyCollection<Metric> Metrics => _metrics;

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector._server.StartAsync();
        return collector;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        foreach (ProtobufMessage resource in new ProtobufMessage(body.ToArray()).All(1))
        {
            string node = Attributes(resource.All(1).Single(), 1)["service.instance.id"];
            if (context.Request.Path == "/v1/traces")
            {
                resource.All(2).ToList().ForEach(scope => scope.All(2).ToList().ForEach(span => _spans.Enqueue(ReadSpan(node, scope.All(1).Single().Text(1), span))));
            }
            else if (context.Request.Path == "/v1/metrics")
            {
                resource.All(2, 2).ToList().ForEach(metric => _metrics.Enqueue(new Metric(node, metric.Text(1), metric.Text(3), [.. metric.All(7, 1).Select(point => (long)point.Number(6))])));
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
        }
    }

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
