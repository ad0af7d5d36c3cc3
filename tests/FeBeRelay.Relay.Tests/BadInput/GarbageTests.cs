using System.Net;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Channel;
using FeBeRelay.Relay.Tests.Nodes;
using Xunit;

namespace FeBeRelay.Relay.Tests.BadInput;

/// <summary>Peers that do not speak the protocol: one warning, the fixed alert, and the next peer is served.</summary>
public sealed class GarbageTests
{
    private const string Preface = "FB4642520D0A0D0A";
    private const string Alert = "7F00000000";

    public static TheoryData<string, byte[], string> Garbage => new()
    {
        { "HTTP request", "GET / HTTP/1.1\r\nHost: be.lab.test\r\n\r\n"u8.ToArray(), "NotThisProtocol" },
        { "random bytes", Convert.FromHexString("5E0F9A11C3D27780FE016B3C99A4E2D1"), "NotThisProtocol" },
        { "TLS hello", Convert.FromHexString("16030100C8010000C40303" + new string('7', 64)), "NotThisProtocol" },
        { "preface with one byte wrong", Convert.FromHexString("FB4642520D0A0D0B" + Alert), "NotThisProtocol" },
        { "preface, then garbage", Convert.FromHexString(Preface + "47455420000000002F"), "UnexpectedMessage" },
        { "preface, then a length above the maximum", Convert.FromHexString(Preface + "0100FFFFFF"), "TooLong" },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task A_peer_that_speaks_garbage_gets_the_alert(string what, byte[] garbage, string error)
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));
        string from;
        using (Socket peer = await LoggedNodes.ConnectAsync(listener.NodePorts[0]))
        {
            from = peer.LocalEndPoint!.ToString()!;
            await peer.SendAsync(garbage);
            byte[] answer = Encoding.Latin1.GetBytes(await StreamTests.ReadToEndAsync(peer));
            Assert.True(Preface + Alert == Convert.ToHexString(answer), $"{what}: {Convert.ToHexString(answer)}");
        }
        await nodes.AssertServesOnAfterOneWarningAsync(listener, backEnd, "Negotiation with", from.Split(':')[^1], $"failed ({error})");
    }

    [Fact]
    public async Task A_relay_that_reaches_a_web_server_says_so_and_resets_the_application()
    {
        await using var nodes = new LoggedNodes();
        using var backEnd = new BackEndStub();
        using var web = new BackEndStub();
        Node listener = nodes.StartListener(LoggedNodes.ServiceOf(backEnd));
        Node relay = nodes.StartRelay("owa", LoggedNodes.PeerAt(listener), new PeerNode("web", web.EndPoint, "web.lab.test"));

        Task reset = LoggedNodes.AssertResetAsync(relay.EndPointOf("web"));
        using (Socket dialled = await web.AcceptAsync())
        {
            await dialled.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            byte[] received = Encoding.Latin1.GetBytes(await StreamTests.ReadToEndAsync(dialled));
            Assert.StartsWith(Preface, Convert.ToHexString(received), StringComparison.Ordinal);
            Assert.EndsWith(Alert, Convert.ToHexString(received), StringComparison.Ordinal);
        }
        await reset;

        await LoggedNodes.AssertServedAsync(relay.EndPointOf("be"), backEnd);
        LoggedNodes.AssertOneWarning(
            nodes.RelayLog, "Endpoint web", "main mode with node web", web.EndPoint.ToString(), "the first bytes are not the preface");
    }
}
