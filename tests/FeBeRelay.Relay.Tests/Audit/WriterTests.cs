using System.Net.Sockets;
using System.Text;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.Nodes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>The log's file over restarts, crashes, full files and full disks.</summary>
public sealed class WriterTests : IDisposable
{
    private readonly AuditFolder _folder = new();

    [Fact]
    public async Task A_restart_goes_on_with_the_chain()
    {
        await _folder.WriteAsync("one");
        await _folder.WriteAsync("two");

        Assert.Empty(_folder.Verify().Problems);
        Assert.Equal(["fileStarted", "mainModeFailed", "checkpoint", "mainModeFailed", "checkpoint"], _folder.Events.Select(e => e.Name));
        Assert.Equal([1, 2, 3, 4, 5], _folder.Events.Select(e => e.Number));
    }

    [Fact]
    public async Task The_file_and_its_folder_are_their_owners_only()
    {
        await _folder.WriteAsync("one");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(_folder.Path)!));
        }
    }

    [Fact]
    public async Task A_second_node_cannot_write_the_same_log()
    {
        _folder.Options = _folder.Options with { StopsOnFailure = true };
        await using AuditWriter first = _folder.Open();

        Assert.Throws<IOException>(() => _folder.Open());
    }

    [Theory]
    [InlineData("{\"n\":4,\"time\":\"2026")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("half \u202E a line \u001B[2J, and \"quotes\"")]
    public async Task A_line_that_a_crash_cut_is_moved_into_the_next_one(string torn)
    {
        await _folder.WriteAsync("one");
        await File.AppendAllTextAsync(_folder.Path, torn, TestContext.Current.CancellationToken);
        await _folder.WriteAsync("two");

        Assert.Empty(_folder.Verify().Problems);
        AuditEvent found = Assert.Single(_folder.Events, e => e.Id == (int)AuditEventId.TornLineFound);
        Assert.Equal((torn, Encoding.UTF8.GetByteCount(torn), 4), (found.Torn, found.TornBytes, found.Number));
        Assert.Contains(_folder.Log.Warnings, line => line.Contains("a crash had cut", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_first_line_that_a_crash_cut_leaves_a_whole_log()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Path)!);
        await File.WriteAllTextAsync(_folder.Path, "{\"n\":1,", TestContext.Current.CancellationToken);
        await _folder.WriteAsync("one");

        Assert.Empty(_folder.Verify().Problems);
        Assert.Equal(["fileStarted", "tornLineFound", "mainModeFailed", "checkpoint"], _folder.Events.Select(e => e.Name));
    }

    [Fact]
    public async Task A_full_file_is_put_away_and_the_chain_goes_on_in_the_next()
    {
        _folder.Options = _folder.Options with { RotateBytes = 4_000, KeepFiles = 0, CheckpointEvents = 5 };
        for (int i = 0; i < 10; i++)
        {
            await _folder.WriteAsync($"event {i}", new string('x', 1_000));
        }

        Assert.InRange(_folder.Files.Count, 3, 20);
        AuditVerification found = _folder.Verify();
        Assert.Empty(found.Problems);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"event {i}"), _folder.Events.Where(e => e.Reason?.StartsWith("event", StringComparison.Ordinal) == true).Select(e => e.Reason!));
        Assert.All(_folder.Files.SkipLast(1), file => Assert.Contains("\"checkpoint\"", File.ReadLines(file).Last(), StringComparison.Ordinal));

        // A file in the middle is missed.
        File.Delete(_folder.Files[1]);
        Assert.Contains("files were dropped", string.Join(' ', _folder.Verify().Problems.Select(p => p.What)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_so_many_full_files_are_kept_and_what_is_left_is_whole()
    {
        _folder.Options = _folder.Options with { RotateBytes = 1, KeepFiles = 2 };
        for (int i = 0; i < 6; i++)
        {
            await _folder.WriteAsync($"event {i}");
        }

        Assert.Equal(2, _folder.Files.Count);
        Assert.Empty(_folder.Verify().Problems);
        Assert.NotEqual(1, _folder.Verify().First);
        await _folder.WriteAsync("event 6");
        Assert.Empty(_folder.Verify().Problems);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_disk_is_told_and_nothing_is_lost_while_the_queue_has_room(bool stops)
    {
        _folder.Options = _folder.Options with { StopsOnFailure = stops };
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var disk = new FullDisk();
        await using (AuditWriter writer = _folder.Open(clock, disk.Open))
        {
            writer.Write(AuditFolder.Event("before"));
            await Eventually.TrueAsync(() => disk.Writes == 1);
            disk.IsFull = true;
            writer.Write(AuditFolder.Event("during"));
            await Eventually.TrueAsync(() => _folder.Log.Warnings.Count == 1);
            Assert.Contains(stops ? "are refused until it can" : "Traffic goes on", _folder.Log.Warnings[0], StringComparison.Ordinal);
            Assert.Contains("No space left", _folder.Log.Warnings[0], StringComparison.Ordinal);
            Assert.Equal(!stops, writer.MayAdmit);

            disk.IsFull = false;
            clock.Advance(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(() => _folder.Log.Warnings.Count == 2);
            Assert.True(writer.MayAdmit);
            Assert.Contains("0 events were lost", _folder.Log.Warnings[1], StringComparison.Ordinal);
        }

        Assert.Empty(_folder.Verify().Problems);
        Assert.Equal(["before", "during"], _folder.Events.Where(e => e.Reason is not null).Select(e => e.Reason!));
    }

    [Fact]
    public async Task What_does_not_fit_the_queue_is_counted_in_the_log()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var disk = new FullDisk { IsFull = true };
        await using (AuditWriter writer = _folder.Open(clock, disk.Open))
        {
            writer.Write(AuditFolder.Event("first"));
            await Eventually.TrueAsync(() => _folder.Log.Warnings.Count == 1);
            for (int i = 0; i < AuditWriter.QueueLimit + 7; i++)
            {
                writer.Write(AuditFolder.Event("more"));
            }
            disk.IsFull = false;
            clock.Advance(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(() => _folder.Log.Warnings.Count == 2);
        }

        Assert.Empty(_folder.Verify().Problems);
        Assert.Equal(7, Assert.Single(_folder.Events, e => e.Id == (int)AuditEventId.EventsLost).Count);
    }

    [Fact]
    public async Task A_checkpoint_follows_after_so_many_lines_and_after_so_much_time()
    {
        _folder.Options = _folder.Options with { CheckpointEvents = 3, CheckpointInterval = TimeSpan.FromSeconds(60) };
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using AuditWriter writer = _folder.Open(clock);
        writer.Write(AuditFolder.Event("one"));
        writer.Write(AuditFolder.Event("two"));
        writer.Write(AuditFolder.Event("three"));
        await Eventually.TrueAsync(() => _folder.Events.Count == 5);
        Assert.Equal(4, _folder.Verify().SignedUpTo);

        clock.Advance(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(() => _folder.Events.Count == 6);
        Assert.Equal(6, _folder.Verify().SignedUpTo);
    }

    [Fact]
    public async Task Syslog_gets_each_line_with_its_hash()
    {
        string path = _folder.PathOf("log.sock");
        using var syslog = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        syslog.Bind(new UnixDomainSocketEndPoint(path));
        _folder.Options = _folder.Options with { Syslog = path };
        await _folder.WriteAsync("one");

        foreach (string line in File.ReadLines(_folder.Path))
        {
            var received = new byte[16_384];
            int count = await syslog.ReceiveAsync(received, TestContext.Current.CancellationToken);
            string text = Encoding.UTF8.GetString(received, 0, count);
            Assert.Matches($"^<8[45]>[A-Z][a-z][a-z] [ 123][0-9] [0-9:]{{8}} feberelay\\[[0-9]+\\]: ", text);
            Assert.EndsWith(line, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_syslog_that_is_not_there_costs_one_warning_and_no_line()
    {
        _folder.Options = _folder.Options with { Syslog = _folder.PathOf("nobody.sock") };
        await _folder.WriteAsync("one", "two");

        Assert.Contains("do not reach syslog", Assert.Single(_folder.Log.Warnings), StringComparison.Ordinal);
        Assert.Equal(4, _folder.Verify().Lines);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A file on a disk that fills up in the middle of a write.</summary>
    private sealed class FullDisk
    {
        private volatile bool _isFull;
        private int _writes;

        public bool IsFull { get => _isFull; set => _isFull = value; }

        public int Writes => Volatile.Read(ref _writes);

        public Stream Open(string path) => new File(this, path);

        private sealed class File(FullDisk disk, string path)
            : FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0)
        {
            public override void Write(ReadOnlySpan<byte> buffer)
            {
                if (disk.IsFull)
                {
                    base.Write(buffer[..(buffer.Length / 2)]);
                    throw new IOException("No space left on device");
                }
                base.Write(buffer);
                Interlocked.Increment(ref disk._writes);
            }
        }
    }
}
