using System.Net;
using FeBeRelay.Cli.Conformance;
using FeBeRelay.Conformance.Proxies;
using Xunit;

namespace FeBeRelay.Conformance;

/// <summary>This project's endpoints pass every case but those that are named, with a reason each.</summary>
public sealed class ConformanceTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(3);

    /// <summary>A case that fails here demands what a connection does not give.</summary>
    [Fact(Timeout = 300_000)]
    public Task Every_case_passes_without_a_proxy_but_the_policys() => AssertAsync(
        new Dictionary<string, string> { ["9b"] = "", ["10b"] = "", ["27c"] = "" }, backEnd => Task.FromResult<Proxy>(new NoProxy(backEnd)));

    [Fact(Timeout = 300_000)]
    public Task A_stream_endpoint_passes_all_but_what_needs_a_parser() =>
        AssertAsync(Exceptions.Stream, async backEnd => await FeBeRelayProxy.StartAsync(backEnd, http: false));

    [Fact(Timeout = 300_000)]
    public Task An_http_endpoint_passes_all_but_the_named_exceptions() =>
        AssertAsync(Exceptions.Http, async backEnd => await FeBeRelayProxy.StartAsync(backEnd, http: true));

    private static async Task AssertAsync(IReadOnlyDictionary<string, string> exceptions, Func<IPEndPoint, Task<Proxy>> start)
    {
        ConformanceReport report = await Score.RunAsync(start, Hold);
        string failures = string.Join('\n', report.Cases.Where(c => c.Status != ConformanceStatus.Passed && !exceptions.ContainsKey(c.Id)).Select(ConformanceText.Line));
        Assert.True(failures.Length == 0, failures);
        // What passes is no exception any more: the list and the page say so.
        Assert.Equal(string.Join(" ", exceptions.Keys.Order()), string.Join(" ", report.Cases.Where(c => c.Status != ConformanceStatus.Passed).Select(c => c.Id).Order()));
    }
}
