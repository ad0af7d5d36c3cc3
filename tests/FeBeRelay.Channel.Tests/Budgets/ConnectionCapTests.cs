using System.Net.Sockets;
using FeBeRelay.Channel.Budgets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Budgets;

/// <summary>How many connections a node has at once.</summary>
public sealed class ConnectionCapTests : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConnectionCap _cap = new(10, new FakeTimeProvider(), NullLogger.Instance);

    public void Dispose() => _socket.Dispose();

    [Fact]
    public void The_soft_limit_is_told_before_the_hard_one_refuses()
    {
        int tightened = 0;
        var refused = new List<Socket>();
        _cap.Tightened += () => tightened++;
        _cap.Refused += refused.Add;

        Assert.Equal([.. Enumerable.Repeat(true, 7), .. Enumerable.Repeat(true, 3), false, false], Enumerable.Range(0, 12).Select(_ => _cap.TryEnter(_socket)));

        Assert.Equal((8, true, 10), (_cap.Soft, _cap.IsTight, _cap.Open));
        Assert.Equal((1, 2), (tightened, refused.Count));
    }

    [Fact]
    public void What_leaves_makes_room()
    {
        for (int i = 0; i < 12; i++)
        {
            _cap.TryEnter(_socket);
        }

        _cap.Leave();

        Assert.True(_cap.TryEnter(_socket));
        Assert.False(_cap.TryEnter(_socket));
        for (int i = 0; i < 3; i++)
        {
            _cap.Leave();
        }
        Assert.False(_cap.IsTight);
    }

    [Theory]
    [InlineData(512, 84, 24)]
    [InlineData(1_024, 308, 88)]
    [InlineData(65_536, 32_480, 256)]
    [InlineData(1_048_576, DescriptorLimit.MostConnections, 256)]
    [InlineData(null, DescriptorLimit.MostConnections, 256)]
    public void The_limit_of_open_files_leaves_the_program_its_own(int? limit, int connections, int management)
    {
        Assert.Equal((connections, management), (DescriptorLimit.Connections(limit), DescriptorLimit.ManagementConnections(limit)));
    }
}
