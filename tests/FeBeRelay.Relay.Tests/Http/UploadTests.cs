using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

/// <summary>Long bodies of requests.</summary>
public sealed class UploadTests
{
    private const int Length = 4 << 20;

    // As small as the blocks that Kestrel would receive in.
    private const int SmallRecord = 4 << 10;

    [Fact]
    public async Task A_long_body_goes_out_in_records_larger_than_Kestrels_own_blocks()
    {
        await using Hop hop = await Hop.StartAsync();
        (HttpClientSocket served, _) = await hop.AskAsync($"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: {Length}\r\n\r\n");
        byte[] body = new byte[Length];
        Random.Shared.NextBytes(body);
        Task sending = hop.Client.SendAsync(body);

        string received = await served.ReadAsync(Length);

        await sending;
        Assert.Equal(body, System.Text.Encoding.Latin1.GetBytes(received));
        long records = (long)hop.Nodes.Listeners[0].Associations.All.Single().Channels.Single().Totals.RecordsReceived;
        Assert.InRange(records, Length / Protocol.Limits.MaxPlaintext, Length / SmallRecord * 2 / 3);
    }
}
