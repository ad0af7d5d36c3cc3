using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Scenarios.Processes;
using Xunit;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// A back end wants to know who its clients really are: the listener puts a PROXY protocol version 2 header in front of the bytes, with the
/// addresses of the client's own connection to the relay endpoint.
/// </summary>
[Collection("two nodes")]
public sealed class ProxyProtocolScenario
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";

    [Theory(Timeout = 60_000)]
    [InlineData("127.0.0.1", 0x11)]
    [InlineData("::1", 0x21)]
    public async Task The_back_end_is_told_the_clients_address_first(string address, byte family)
    {
        Tool.Require();
        using var server = new StubServer();
        await using NodePair nodes = await new NodePair
        {
            BackEnd = NodePair.Text(server.EndPoint),
            Listen = $"{new IPEndPoint(IPAddress.Parse(address), 0)}",
            ProxyProtocol = true,
        }.StartAsync();

        using Socket client = await nodes.ConnectAsync();
        await client.SayAsync("hello");
        using Socket served = await server.AcceptAsync();

        string expected = Header(family, (IPEndPoint)client.LocalEndPoint!, (IPEndPoint)nodes.EndPoint) + "hello";
        Assert.Equal(expected, await served.HearAsync(expected.Length));
    }

    private static string Header(byte family, IPEndPoint source, IPEndPoint destination)
    {
        byte[] addresses = [.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes(), .. Number(source.Port), .. Number(destination.Port)];
        byte[] header = [.. Encoding.Latin1.GetBytes(Signature), 0x21, family, .. Number(addresses.Length), .. addresses];
        return Encoding.Latin1.GetString(header);
    }

    private static byte[] Number(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
