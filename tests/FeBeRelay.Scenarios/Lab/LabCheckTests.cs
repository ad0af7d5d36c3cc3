using System.Net;
using System.Text;
using FeBeRelay.Cli.Lab.BackEnd;
using FeBeRelay.Cli.Lab.Checks;
using FeBeRelay.Cli.Lab.Wiretapping;
using Xunit;

namespace FeBeRelay.Scenarios.Lab;

/// <summary>
/// The lab's checks prove something about a relay only if all of them pass without one, if a transparent proxy does not
/// disturb them, and if the wiretap would really have seen what they send.
/// </summary>
public sealed class LabCheckTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_check_passes_straight_at_the_back_end()
    {
        await using SampleBackEnd backEnd = await StartAsync(IPAddress.Loopback);
        Assert.Empty(await FailuresAsync(new LabCheck([LabEndpoint.Stream(backEnd.Address)], TimeProvider.System)));
    }

    [Fact]
    public async Task Every_check_passes_over_ipv6()
    {
        await using SampleBackEnd backEnd = await StartAsync(IPAddress.IPv6Loopback);
        Assert.Empty(await FailuresAsync(new LabCheck([LabEndpoint.Stream(backEnd.Address)], TimeProvider.System)));
    }

    [Fact]
    public async Task Through_a_wiretap_on_clear_traffic_all_pass_but_the_wiretap_reads_every_marker()
    {
        await using SampleBackEnd backEnd = await StartAsync(IPAddress.Loopback);
        await using Wiretap tap = Wiretap.Start(backEnd.EndPoint);
        var check = new LabCheck([LabEndpoint.Stream(new Uri($"http://{tap.Address}"))], TimeProvider.System, link: tap);

        IReadOnlyList<string> failures = await FailuresAsync(check);

        string only = Assert.Single(failures);
        Assert.StartsWith($"{WiretapCheck.Name}: readable on the link", only, StringComparison.Ordinal);
        Assert.All(check.MarkersByCheck, marker => Assert.True(tap.Saw(Encoding.ASCII.GetBytes(marker.Value)), $"not seen: {marker.Key}"));
    }

    [Fact]
    public async Task Through_a_tunnel_that_hides_the_bytes_the_wiretap_reads_none_and_the_back_end_gets_all()
    {
        await using SampleBackEnd backEnd = await StartAsync(IPAddress.Loopback);
        await using Wiretap clear = Wiretap.Start(backEnd.EndPoint);
        await using var listener = new ScramblingProxy(clear.Address);
        await using Wiretap link = Wiretap.Start(listener.Address);
        await using var relay = new ScramblingProxy(link.Address);
        var check = new LabCheck([LabEndpoint.Stream(new Uri($"http://{relay.Address}"))], TimeProvider.System, link, clear);

        Assert.Empty(await FailuresAsync(check));
    }

    [Fact]
    public async Task Traffic_that_goes_around_the_wiretap_does_not_count_as_sealed()
    {
        await using SampleBackEnd backEnd = await StartAsync(IPAddress.Loopback);
        await using Wiretap link = Wiretap.Start(backEnd.EndPoint);
        var check = new LabCheck([LabEndpoint.Stream(backEnd.Address)], TimeProvider.System, link);

        string only = Assert.Single(await FailuresAsync(check));
        Assert.Contains("took another way", only, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_no_back_end_every_check_fails_with_a_reason()
    {
        SampleBackEnd backEnd = await StartAsync(IPAddress.Loopback);
        await backEnd.DisposeAsync();

        IReadOnlyList<string> failures = await FailuresAsync(new LabCheck([LabEndpoint.Stream(backEnd.Address)], TimeProvider.System));

        Assert.Equal(LabCheck.Count, failures.Count);
        Assert.All(failures, failure => Assert.Contains("refused", failure, StringComparison.OrdinalIgnoreCase));
    }

    private static Task<SampleBackEnd> StartAsync(IPAddress address) =>
        SampleBackEnd.StartAsync(new IPEndPoint(address, 0), new SampleStore(TimeProvider.System), TimeProvider.System, Cancellation);

    private static async Task<IReadOnlyList<string>> FailuresAsync(LabCheck check)
    {
        var failures = new List<string>();
        await foreach (LabCheckResult result in check.RunAsync(Cancellation))
        {
            if (!result.Ok)
            {
                failures.Add($"{result.Name}: {result.Detail}");
            }
        }

        return failures;
    }
}
