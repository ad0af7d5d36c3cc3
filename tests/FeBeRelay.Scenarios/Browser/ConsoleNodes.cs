using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>Two nodes from configuration files, both with a web console, and a back end that answers.</summary>
internal sealed class ConsoleNodes : IAsyncDisposable
{
    private const int Question = 4_000;
    private const int Answer = 90_000;

    private readonly StubServer _backEnd = new();

    private ConsoleNodes()
    {
    }

    public NodePair Pair { get; private set; } = null!;

    /// <summary>The relay's console.</summary>
    public Uri Relay { get; private set; } = null!;

    /// <summary>The listener's console.</summary>
    public Uri Listener { get; private set; } = null!;

    public static async Task<ConsoleNodes> StartAsync()
    {
        Tool.Require("chromium");
        var nodes = new ConsoleNodes();
        nodes.Pair = await new NodePair
        {
            BackEnd = NodePair.Text(nodes._backEnd.EndPoint),
            Management = """{ "listen": [ "127.0.0.1:0" ], "viewers": [ "fe1.lab.test" ] }""",
            RelayManagement = """{ "listen": [ "127.0.0.1:0" ] }""",
            ReloadSeconds = 1,
        }.StartAsync();
        nodes.Relay = await ConsoleOfAsync(nodes.Pair.Relay);
        nodes.Listener = await ConsoleOfAsync(nodes.Pair.Listener);
        return nodes;
    }

    /// <summary>A token of a node.</summary>
    public string Token(string node, string role) => File.ReadAllText(Pair[$"management/{node}/{role}.token"]).Trim();

    /// <summary>A client of the relay's API.</summary>
    public HttpClient Api()
    {
        var client = new HttpClient { BaseAddress = new Uri(Relay, "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token("fe1", "viewer"));
        return client;
    }

    /// <summary>What the relay's API says of its only association.</summary>
    public async Task<JsonElement> AssociationAsync()
    {
        using HttpClient api = Api();
        string text = await api.GetStringAsync(new Uri("api/v1/associations", UriKind.Relative), TestContext.Current.CancellationToken);
        return JsonDocument.Parse(text).RootElement.EnumerateArray().Single();
    }

    /// <summary>One connection of an application with a question and an answer.</summary>
    public async Task VisitAsync()
    {
        using Socket application = await Pair.ConnectAsync();
        await application.SendAsync(new byte[Question], TestContext.Current.CancellationToken);
        application.Shutdown(SocketShutdown.Send);
        using Socket served = await _backEnd.AcceptAsync();
        Assert.Equal(Question, (await served.HearAllAsync()).Length);
        await served.SendAsync(new byte[Answer], TestContext.Current.CancellationToken);
        served.Shutdown(SocketShutdown.Send);
        Assert.Equal(Answer, (await application.HearAllAsync()).Length);
    }

    public async ValueTask DisposeAsync()
    {
        await Pair.DisposeAsync();
        _backEnd.Dispose();
    }

    private static async Task<Uri> ConsoleOfAsync(NodeProcess node) => new($"{await node.WaitForAsync(@"Management endpoint open on .*(http://[0-9.:]+)")}/console/");
}
