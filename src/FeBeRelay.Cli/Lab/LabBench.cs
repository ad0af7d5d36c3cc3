using System.Net;
using FeBeRelay.Cli.Lab.BackEnd;
using FeBeRelay.Cli.Lab.Wiretapping;

namespace FeBeRelay.Cli.Lab;

/// <summary>
/// The whole lab, set up: application - relay - [wiretap] - listener - [wiretap] - back end. The first wiretap is the
/// eavesdropper on the link; the second sits where the bytes are clear and knows what was really sent.
/// </summary>
internal sealed class LabBench : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    private LabBench(SampleBackEnd backEnd)
    {
        BackEnd = Add(backEnd);
        Clear = Add(Wiretap.Start(backEnd.EndPoint));
    }

    public SampleBackEnd BackEnd { get; }

    public Wiretap Clear { get; }

    public Wiretap Link { get; private set; } = null!;

    public LabTunnel Tunnel { get; private set; } = null!;

    public Uri Address => new($"http://{Tunnel.Relay}");

    public static async Task<LabBench> StartAsync(StartLabTunnel startTunnel, int relayPort, TimeProvider time, CancellationToken cancellation)
    {
        var bench = new LabBench(await SampleBackEnd.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), time, cancellation));
        try
        {
            bench.Tunnel = bench.Add(await startTunnel(new LabTunnelRequest(bench.Clear.Address, relayPort, bench.TapLink), cancellation));
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
