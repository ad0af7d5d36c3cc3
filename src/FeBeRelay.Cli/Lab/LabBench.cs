using System.Net;
using FeBeRelay.Cli.Lab.BackEnd;
using FeBeRelay.Cli.Lab.Checks;
using FeBeRelay.Cli.Lab.Wiretapping;

namespace FeBeRelay.Cli.Lab;

/// <summary>
/// The whole lab, set up: application - relay - [wiretap] - listener - [wiretap] - back end. The first wiretap is the
/// eavesdropper on the link; the second sits where the bytes are clear and knows what was really sent.
/// </summary>
internal sealed class LabBench : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    private LabBench(SampleStore store, IReadOnlyList<SampleBackEnd> backEnds)
    {
        Add(store);
        BackEnds = [.. backEnds.Select(Add)];
        Clear = Add(Wiretap.Start([.. backEnds.Select(b => b.EndPoint)]));
    }

    /// <summary>Two servers with the mailbox in common.</summary>
    public IReadOnlyList<SampleBackEnd> BackEnds { get; }

    public Wiretap Clear { get; }

    public Wiretap Link { get; private set; } = null!;

    public LabTunnel Tunnel { get; private set; } = null!;

    /// <summary>The stream endpoint.</summary>
    public Uri Address => new($"http://{Tunnel.Relay}");

    /// <summary>All ways to the back ends through the relay.</summary>
    public IReadOnlyList<LabEndpoint> Endpoints =>
        [LabEndpoint.Stream(Address), .. Tunnel.Http is { } http ? (LabEndpoint[])[LabEndpoint.Http(new Uri($"http://{http}"))] : []];

    public static async Task<LabBench> StartAsync(StartLabTunnel startTunnel, int relayPort, bool withConsole, TimeProvider time, CancellationToken cancellation)
    {
        var store = new SampleStore(time);
        var anyPort = new IPEndPoint(IPAddress.Loopback, 0);
        var bench = new LabBench(
            store, [await SampleBackEnd.StartAsync(anyPort, store, time, cancellation), await SampleBackEnd.StartAsync(anyPort, store, time, cancellation)]);
        try
        {
            var request = new LabTunnelRequest(bench.Clear.Addresses, relayPort, bench.TapLink) { HasConsole = withConsole };
            bench.Tunnel = bench.Add(await startTunnel(request, cancellation));
            return bench.Link is null ? throw new InvalidOperationException("The tunnel was started without laying the wiretap on its link.") : bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out IAsyncDisposable? part))
        {
            await part.DisposeAsync();
        }
    }

    private IPEndPoint TapLink(IPEndPoint listener)
    {
        Link = Add(Wiretap.Start(listener));
        return Link.Address;
    }

    private T Add<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }
}
