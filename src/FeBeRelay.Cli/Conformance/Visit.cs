using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace FeBeRelay.Cli.Conformance;

/// <summary>One run of one case: clients that connect to the proxy, and what arrives of theirs at the back end. Disposing it ends the connections.</summary>
internal sealed class Visit : IDisposable
{
    /// <summary>An answer that says nothing.</summary>
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private readonly EndPoint _proxy;
    private readonly CancellationToken _cancellation;
    private readonly ChannelReader<Arrival> _arrivals;
    private readonly List<RawPeer> _clients = [];
    private readonly List<Arrival> _taken = [];
    private readonly Lock _lock = new();

    public Visit(Uri target, ConformanceSettings settings, ScriptedBackEnd backEnd, CancellationToken cancellation)
    {
        _proxy = IPAddress.TryParse(target.DnsSafeHost, out IPAddress? address) ? new IPEndPoint(address, target.Port) : new DnsEndPoint(target.DnsSafeHost, target.Port);
        _cancellation = cancellation;
        Host = target.Authority;
        Settings = settings;
        BackEnd = backEnd;
        _arrivals = backEnd.Register(Marker);
    }

    public ScriptedBackEnd BackEnd { get; }

    /// <summary>In every request of this visit.</summary>
    public string Marker { get; } = ScriptedBackEnd.NewMarker();

    /// <summary>The value of the field Host.</summary>
    public string Host { get; }

    /// <summary>How long what waits has to wait.</summary>
    public TimeSpan Hold => Settings.Hold;

    public ConformanceSettings Settings { get; }

    /// <summary>What was measured on the way, for the report.</summary>
    public string Detail { get; set; } = "";

    public async Task<RawPeer> ConnectAsync()
    {
        Socket socket = _proxy is IPEndPoint { AddressFamily: var family } ? new(family, SocketType.Stream, ProtocolType.Tcp) : new(SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        try
        {
            await socket.ConnectAsync(_proxy, _cancellation);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ConformanceFailedException($"the proxy cannot be connected to: {e.SocketErrorCode}");
        }
        var client = new RawPeer(socket, _cancellation);
        lock (_lock)
        {
            _clients.Add(client);
        }
        return client;
    }

    /// <summary>A head with the marker in it, its empty line included.</summary>
    /// <param name="line">Method and target.</param>
    /// <param name="fields">Lines with their ends.</param>
    public string Head(string line, string fields = "") => $"{line} HTTP/1.1\r\nHost: {Host}\r\nX-Case: {Marker}\r\n{fields}\r\n";

    /// <summary>The next request of this visit that arrives at the back end.</summary>
    public async Task<Arrival> ArrivalAsync()
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_cancellation);
        late.CancelAfter(RawPeer.Patience);
        try
        {
            Arrival arrival = await _arrivals.ReadAsync(late.Token);
            lock (_lock)
            {
                _taken.Add(arrival);
            }
            return arrival;
        }
        catch (OperationCanceledException) when (!_cancellation.IsCancellationRequested)
        {
            throw new ConformanceFailedException("the request did not arrive at the back end");
        }
    }

    /// <summary>What has arrived and was not asked for yet.</summary>
    public IEnumerable<Arrival> Others()
    {
        while (_arrivals.TryRead(out Arrival? arrival))
        {
            yield return arrival;
        }
    }

    /// <summary>Sends a request and waits for it at the back end.</summary>
    public async Task<Arrival> AskAsync(RawPeer client, string request)
    {
        await client.SayAsync(request);
        return await ArrivalAsync();
    }

    /// <summary>A whole exchange: a request, and an empty answer that must come back.</summary>
    public async Task<Arrival> ExchangeAsync(RawPeer client, string request, string answer = Ok)
    {
        Arrival arrival = await AskAsync(client, request);
        await arrival.AnswerAsync(answer);
        string head = await client.HearHeadAsync();
        Demand.StartsWith(answer[..answer.IndexOf("\r\n", StringComparison.Ordinal)].TrimEnd(), head, "the answer");
        int body = answer.Length - answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4;
        await client.HearAsync(body);
        return arrival;
    }

    /// <summary>Lets every request of this visit be answered in the same way until it ends.</summary>
    public void Serve(Func<Arrival, Task> serve) => _ = ServeAllAsync(serve);

    public void Dispose()
    {
        BackEnd.Unregister(Marker);
        lock (_lock)
        {
            _clients.ForEach(c => c.Dispose());
            _taken.ForEach(a => a.Release());
        }
    }

    private async Task ServeAllAsync(Func<Arrival, Task> serve)
    {
        try
        {
            await foreach (Arrival arrival in _arrivals.ReadAllAsync(_cancellation))
            {
                _ = ServeOneAsync(arrival, serve);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private static async Task ServeOneAsync(Arrival arrival, Func<Arrival, Task> serve)
    {
        try
        {
            await serve(arrival);
        }
        catch (Exception e) when (e is ConformanceFailedException or ObjectDisposedException or OperationCanceledException)
        {
            // The connection is over; the client's side tells whether that was right.
        }
        finally
        {
            arrival.Release();
        }
    }
}
