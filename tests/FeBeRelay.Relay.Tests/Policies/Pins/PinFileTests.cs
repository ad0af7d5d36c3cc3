using FeBeRelay.Relay.Policies.Pins;
using FeBeRelay.Relay.Tests.BadInput;
using Xunit;

namespace FeBeRelay.Relay.Tests.Policies.Pins;

/// <summary>Where pins outlive the node: no pin is lost without a word.</summary>
public sealed class PinFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-pins-").FullName;
    private readonly CollectedLog _log = new();

    private string FilePath => Path.Combine(_folder, "state", "fe.json");

    private PinFile Pins => new(FilePath, TimeProvider.System);

    private PinStore Open() => new(Pins, TimeProvider.System, _log);

    [Fact]
    public async Task Pins_are_read_again_as_they_were_written_and_only_their_owner_can_read_them()
    {
        await using (PinStore store = Open())
        {
            store.Add("be1.lab.test", "be1");
            store.Add("BE1.lab.test", "again");
            store.Add("be2.lab.test", "be2");
        }
        await using PinStore later = Open();

        Assert.Equal(["be1", "be2"], later.All.Select(pin => pin.Node).Order());
        Assert.True(later.IsPinned("BE1.LAB.TEST"));
        Assert.False(later.IsPinned("be3.lab.test"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{ \"version\": 1 }")]
    [InlineData("{ \"version\": 1, \"pins\": null }")]
    [InlineData("{ \"version\": 2, \"pins\": [] }")]
    [InlineData("{ \"version\": 1, \"pins\": [ { \"node\": \"be1\", \"since\": \"2026-01-01T00:00:00Z\" } ] }")]
    [InlineData("{ \"version\": 1, \"pins\": [ { \"identity\": \"be1.lab.test\", \"node\": \"be1\"")]
    public async Task A_damaged_file_is_an_error_that_names_it_and_the_way_out(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        await File.WriteAllTextAsync(FilePath, content, TestContext.Current.CancellationToken);

        PinFileException e = Assert.Throws<PinFileException>(Open);

        Assert.StartsWith(FilePath, e.Message, StringComparison.Ordinal);
        Assert.Contains("restore the file from a copy", e.Hint, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PinFileException>(() => Pins.UpdateAsync(pins => pins ?? []));
        Assert.Equal(content, await File.ReadAllTextAsync(FilePath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_pin_that_the_operator_clears_while_the_node_runs_is_cleared()
    {
        await using PinStore store = Open();
        store.Add("be1.lab.test", "be1");
        store.Add("be2.lab.test", "be2");
        await store.DisposeAsync();

        await Pins.UpdateAsync(pins => [.. pins!.Where(pin => !pin.IsOf("be1"))]);

        Assert.False(store.IsPinned("be1.lab.test"));
        Assert.True(store.IsPinned("be2.lab.test"));
    }

    [Fact]
    public async Task A_file_that_is_damaged_or_removed_under_a_running_node_clears_nothing()
    {
        await using PinStore store = Open();
        store.Add("be1.lab.test", "be1");
        await store.DisposeAsync();

        await File.WriteAllTextAsync(FilePath, "not pins", TestContext.Current.CancellationToken);
        Assert.True(store.IsPinned("be1.lab.test"));
        Assert.Contains("cannot be read", Assert.Single(_log.Warnings), StringComparison.Ordinal);

        File.Delete(FilePath);
        Assert.True(store.IsPinned("be1.lab.test"));
        store.Add("be2.lab.test", "be2");
        await store.DisposeAsync();
        Assert.Equal(["be1", "be2"], Pins.Read()!.Select(pin => pin.Node).Order());
    }

    [Fact]
    public async Task A_pin_that_cannot_be_written_holds_and_is_told()
    {
        await using PinStore store = Open();
        await File.WriteAllTextAsync(Path.Combine(_folder, "state"), "a file where the folder should be", TestContext.Current.CancellationToken);

        store.Add("be1.lab.test", "be1");
        await store.DisposeAsync();

        Assert.True(store.IsPinned("be1.lab.test"));
        Assert.Contains("policy:pinsFile", Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_of_two_processes_at_once_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Pins.UpdateAsync(pins => [.. pins ?? [], new Pin($"be{i}.lab.test", $"be{i}", DateTimeOffset.UnixEpoch)])));

        Assert.Equal(20, Pins.Read()!.Count);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
