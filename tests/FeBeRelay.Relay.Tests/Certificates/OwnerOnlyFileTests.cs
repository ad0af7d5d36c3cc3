using FeBeRelay.Relay.Certificates;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.Certificates;

public sealed class OwnerOnlyFileTests : IDisposable
{
    private readonly CertificateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_secret_file_is_its_owners_only_and_nothing_else_stays_behind()
    {
        OwnerOnlyFile.Create(_folder["ca.key"], "secret"u8, isSecret: true);
        Assert.Equal("secret", File.ReadAllText(_folder["ca.key"]));
        Assert.Equal([_folder["ca.key"]], Directory.GetFiles(_folder.Path));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["ca.key"]));
    }

    [Fact]
    public void An_existing_file_is_never_replaced()
    {
        File.WriteAllText(_folder["ca.key"], "old");
        Assert.Throws<IOException>(() => OwnerOnlyFile.Create(_folder["ca.key"], "new"u8, isSecret: true));
        Assert.Equal("old", File.ReadAllText(_folder["ca.key"]));
        Assert.Equal([_folder["ca.key"]], Directory.GetFiles(_folder.Path));
    }

    /// <summary>A watcher that sees the folder at every change never sees a file that others could open.</summary>
    [Fact]
    public async Task A_secret_file_is_never_readable_by_others_while_it_is_made()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        using var stop = new CancellationTokenSource();
        var seen = UnixFileMode.None;
        var watching = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var file in new DirectoryInfo(_folder.Path).EnumerateFiles())
                    seen |= ModeOf(file);
            }
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 200; i++)
            OwnerOnlyFile.Create(_folder[$"{i}.key"], "secret"u8, isSecret: true);
        await stop.CancelAsync();
        await watching;
        Assert.Equal(UnixFileMode.None, seen & others);
    }

    private static UnixFileMode ModeOf(FileInfo file) => file.UnixFileMode is var mode && (int)mode != -1 ? mode : UnixFileMode.None;
}
