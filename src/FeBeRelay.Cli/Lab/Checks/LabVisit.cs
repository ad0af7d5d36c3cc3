using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Cli.Lab.BackEnd;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>One check's view of the back end: its own connections, its own marker, its own count of bytes.</summary>
internal sealed class LabVisit : IDisposable
{
    public const string User = "alice";
    public const string MarkerHeader = "X-Lab-Marker";

    private readonly Traffic _traffic = new();

    public LabVisit(LabEndpoint endpoint, string marker)
    {
        Address = endpoint.Address;
        IsParsed = endpoint.Parses;
        Marker = marker;
        Handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (context, cancellation) => await ConnectAsync(cancellation),
        };
        Http = new HttpClient(Handler) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };
        Http.DefaultRequestHeaders.Add(MarkerHeader, marker);
        Http.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(Authorization);
    }

    public Uri Address { get; }

    public string Marker { get; }

    /// <summary>Whether requests are parsed on the way.</summary>
    public bool IsParsed { get; }

    public SocketsHttpHandler Handler { get; }

    public HttpClient Http { get; }

    public long BytesSent => _traffic.Sent;

    public long BytesReceived => _traffic.Received;

    public string Authorization => "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{User}:{Marker}"));

    public static string FolderPath(string folder) => new MailPath(User, folder, "", "").ToPath();

    public static string MessagePath(string folder, string name) => new MailPath(User, folder, name, "").ToPath();

    /// <summary>Stores a message whose name, subject and text carry the marker; answers its path.</summary>
    public async Task<string> PutMessageAsync(string subject, CancellationToken cancellation)
    {
        string path = MessagePath(Mailbox.Inbox, $"{Marker}.EML");
        using var content = new StringContent($"Subject: {subject}\r\n\r\nThe marker of this check is {Marker}.\r\n");
        using HttpResponseMessage answer = await Http.PutAsync(new Uri(path, UriKind.Relative), content, cancellation);
        Expect.Equal(201, (int)answer.StatusCode, "status of PUT");
        return path;
    }

    public async Task DeleteAsync(string path, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await Http.DeleteAsync(new Uri(path, UriKind.Relative), cancellation);
        Expect.Equal(204, (int)answer.StatusCode, "status of DELETE");
    }

    public async Task<RawConnection> OpenRawAsync(CancellationToken cancellation)
    {
        var socket = await ConnectSocketAsync(cancellation);
        return new RawConnection(socket, new CountingStream(new NetworkStream(socket, ownsSocket: true), _traffic));
    }

    public void Dispose()
    {
        Http.Dispose();
        Handler.Dispose();
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellation) =>
        new CountingStream(new NetworkStream(await ConnectSocketAsync(cancellation), ownsSocket: true), _traffic);

    private async Task<Socket> ConnectSocketAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Address.DnsSafeHost, Address.Port, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
