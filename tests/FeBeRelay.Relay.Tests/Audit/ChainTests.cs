using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Testing.Certificates;
using Xunit;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>What was done to a log behind the node's back is found, whatever line it was done to.</summary>
public sealed class ChainTests : IAsyncLifetime
{
    private readonly AuditFolder _folder = new();
    private byte[] _bytes = [];

    private string[] Lines => File.ReadAllLines(_folder.Path);

    /// <summary>Twenty lines: the file's first, eighteen events, the checkpoint.</summary>
    public async ValueTask InitializeAsync()
    {
        await _folder.WriteAsync(Enumerable.Range(1, 18).Select(i => $"event {i}"));
        _bytes = await File.ReadAllBytesAsync(_folder.Path, TestContext.Current.CancellationToken);
        Assert.Equal(20, Lines.Length);
    }

    [Fact]
    public void A_log_as_it_was_written_is_intact_and_signed_to_its_end()
    {
        AuditVerification found = _folder.Verify();

        Assert.Empty(found.Problems);
        Assert.Equal((20, 1, 20, 1, 20), (found.Lines, found.First, found.Last, found.Checkpoints, found.SignedUpTo));
    }

    [Fact]
    public void Every_single_byte_that_is_changed_is_found()
    {
        for (int i = 0; i < _bytes.Length; i++)
        {
            // Also what looks the same to a reader of JSON: a capital, a blank.
            byte[] changed = [.. _bytes];
            changed[i] ^= (byte)(1 << (i % 7));
            File.WriteAllBytes(_folder.Path, changed);
            Assert.False(new AuditVerifier(null, null).Verify([_folder.Path]).IsIntact, $"byte {i} of {_bytes.Length}");
        }
    }

    [Fact]
    public void Every_line_that_is_dropped_is_found_and_the_last_by_a_head_kept_elsewhere()
    {
        string[] lines = Lines;
        string head = _folder.Verify().Head;
        for (int i = 0; i < lines.Length; i++)
        {
            File.WriteAllText(_folder.Path, string.Concat(lines.Where((_, j) => j != i).Select(line => line + "\n")));
            Assert.Equal(i == lines.Length - 1, _folder.Verify().IsIntact);
            Assert.False(_folder.Verify(head).IsIntact);
        }
    }

    [Fact]
    public void Every_two_lines_that_change_places_are_found()
    {
        string[] lines = Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            for (int j = i + 1; j < lines.Length; j++)
            {
                string[] swapped = [.. lines];
                (swapped[i], swapped[j]) = (swapped[j], swapped[i]);
                File.WriteAllText(_folder.Path, string.Concat(swapped.Select(line => line + "\n")));
                Assert.False(_folder.Verify().IsIntact, $"lines {i} and {j}");
            }
        }
    }

    [Fact]
    public void A_file_that_is_cut_at_a_line_is_found_by_every_head_behind_the_cut_and_only_by_those()
    {
        string[] lines = Lines;
        string[] heads = [.. lines.Select(line => line[^66..^2])];
        for (int kept = 1; kept < lines.Length; kept++)
        {
            File.WriteAllText(_folder.Path, string.Concat(lines.Take(kept).Select(line => line + "\n")));
            Assert.True(_folder.Verify().IsIntact, $"{kept} lines without a head");
            for (int i = 0; i < heads.Length; i++)
            {
                Assert.Equal(i < kept, _folder.Verify(heads[i]).IsIntact);
            }
        }
    }

    [Fact]
    public void A_file_that_is_cut_inside_of_a_line_is_found()
    {
        File.WriteAllBytes(_folder.Path, _bytes[..^30]);

        Assert.Contains("not whole", Assert.Single(_folder.Verify().Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_inserted_again_is_found()
    {
        string[] lines = Lines;
        File.WriteAllText(_folder.Path, string.Concat(lines.Take(5).Append(lines[4]).Concat(lines.Skip(5)).Select(line => line + "\n")));

        Assert.False(_folder.Verify().IsIntact);
    }

    [Fact]
    public void A_log_that_somebody_wrote_anew_is_found_by_its_signatures()
    {
        var chain = new AuditChain(0, AuditLine.Beginning);
        using var other = new AuditFolder();
        byte[][] forged =
        [
            chain.Append(AuditFolder.Event("", AuditEventId.FileStarted) with { Previous = new string('0', 64) }),
            chain.Append(AuditFolder.Event("nothing happened")),
            chain.AppendCheckpoint(AuditFolder.Event("", AuditEventId.Checkpoint), new Impostor(other.Signer, _folder.Fingerprint)),
        ];
        File.WriteAllBytes(_folder.Path, [.. forged.SelectMany(line => line.Append((byte)'\n'))]);

        Assert.True(new AuditVerifier(null, null).Verify([_folder.Path]).IsIntact);
        Assert.Contains("signature is not right", Assert.Single(_folder.Verify().Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_certificate_is_named()
    {
        using TestAuthority authority = TestAuthority.Create(now: DateTimeOffset.UtcNow);
        using X509Certificate2 other = authority.Issue("other.lab.test");

        Assert.Contains(_folder.Fingerprint, Assert.Single(_folder.Verify(null, other).Problems).What, StringComparison.Ordinal);
        Assert.True(_folder.Verify(null, other, _folder.Certificate).IsIntact);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Impostor(ICheckpointSigner signer, string fingerprint) : ICheckpointSigner
    {
        public CheckpointSignature Sign(ReadOnlySpan<byte> message) => signer.Sign(message) with { Signer = fingerprint };
    }
}
