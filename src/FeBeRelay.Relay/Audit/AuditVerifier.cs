using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace FeBeRelay.Relay.Audit;

/// <summary>Walks the chain of a log's files, the oldest first: every line must be as it was written and where it was written. Used once.</summary>
/// <param name="certificates">The node's certificates, for the signatures of checkpoints; null leaves those unchecked.</param>
/// <param name="head">A hash that was kept elsewhere (lower-case hexadecimal) and must be in the chain, or null.</param>
internal sealed class AuditVerifier(IReadOnlyList<X509Certificate2>? certificates, string? head)
{
    private const int MaxProblems = 100;

    private readonly List<AuditProblem> _problems = [];
    private byte[] _hash = AuditLine.Beginning;
    private long _lines;
    private long _first;
    private long _last;
    private long _checkpoints;
    private long _signedUpTo;
    private bool _headSeen;
    private string _file = "";
    private long _lineOfFile;

    /// <exception cref="IOException">A file cannot be read.</exception>
    public AuditVerification Verify(IReadOnlyList<string> files)
    {
        foreach (string file in files)
        {
            _file = file;
            _lineOfFile = 0;
            foreach (RawLine line in AuditLineReader.Read(file))
            {
                _lineOfFile++;
                Check(line);
            }
        }
        if (head is not null && !_headSeen)
        {
            Report($"the head {head} is not in the log: lines were cut off at its end, or it was written anew");
        }
        if (_lines == 0)
        {
            Report("there is no line");
        }
        return new AuditVerification
        {
            Files = files,
            Lines = _lines,
            First = _first,
            Last = _last,
            Head = Convert.ToHexStringLower(_hash),
            Checkpoints = _checkpoints,
            SignedUpTo = _signedUpTo,
            SignaturesChecked = certificates is not null,
            Problems = _problems,
        };
    }

    private void Check(RawLine line)
    {
        _lines++;
        if (!line.IsWhole)
        {
            Report("the last line is not whole: a crash or somebody cut it (after a crash the node mends it when it starts)");
            return;
        }
        ReadOnlySpan<byte> bytes = line.Bytes.Span;
        if (!AuditLine.TrySplit(bytes, out ReadOnlySpan<byte> body, out byte[] claimed) || TryRead(bytes) is not { } one)
        {
            Report("is not a line of an audit log: it was changed");
            return;
        }
        CheckPlace(one);
        if (!AuditLine.Hash(_hash, body).AsSpan().SequenceEqual(claimed))
        {
            Report($"its hash is not that of line {one.Number} behind the line before it: it was changed, or a line before it was changed, dropped or moved");
        }
        if (one.Id == (int)AuditEventId.Checkpoint)
        {
            CheckSignature(one);
        }
        // Goes on from what the line claims, so that one change is one problem.
        _hash = claimed;
        _last = one.Number;
        _headSeen |= head is not null && Convert.ToHexStringLower(claimed) == head;
    }

    /// <summary>The first line of a file says what it follows; numbers have no gap.</summary>
    private void CheckPlace(AuditEvent one)
    {
        if (_first == 0)
        {
            _first = one.Number;
            StartAt(one);
            return;
        }
        if (one.Number != _last + 1)
        {
            Report($"line {one.Number} follows line {_last}: lines were dropped or moved");
        }
        if (_lineOfFile == 1 && (one.Id != (int)AuditEventId.FileStarted || one.Previous != Convert.ToHexStringLower(_hash)))
        {
            Report("the file does not begin where the file before it ends: lines or files were dropped");
        }
    }

    private void StartAt(AuditEvent one)
    {
        bool isStart = one.Id == (int)AuditEventId.FileStarted && one.Previous?.Length == AuditLine.Beginning.Length * 2;
        if (!isStart || (one.Number == 1 && one.Previous != Convert.ToHexStringLower(AuditLine.Beginning)))
        {
            Report("the file does not begin with its first line: lines were dropped");
            return;
        }
        try
        {
            _hash = Convert.FromHexString(one.Previous!);
        }
        catch (FormatException)
        {
            Report("the hash that the file follows is not one: it was changed");
        }
    }

    private void CheckSignature(AuditEvent checkpoint)
    {
        _checkpoints++;
        _signedUpTo = checkpoint.Number;
        if (certificates is null)
        {
            return;
        }
        X509Certificate2? signer = certificates.FirstOrDefault(c => c.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)
            .Equals(checkpoint.Signer, StringComparison.OrdinalIgnoreCase));
        var signature = new byte[checkpoint.Signature?.Length ?? 0];
        if (signer is null)
        {
            Report($"the checkpoint is signed by certificate {checkpoint.Signer}, which is none of those given");
        }
        else if (!Convert.TryFromBase64String(checkpoint.Signature ?? "", signature, out int length)
            || !Checkpoint.IsSignedBy(signer, Checkpoint.Message(checkpoint.Number, _hash), signature.AsSpan(0, length)))
        {
            Report("the checkpoint's signature is not right: the lines before it are not those that the node wrote");
        }
    }

    private static AuditEvent? TryRead(ReadOnlySpan<byte> line)
    {
        try
        {
            return AuditText.Read(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Report(string what)
    {
        if (_problems.Count < MaxProblems)
        {
            _problems.Add(new AuditProblem(_file, _lineOfFile, what));
        }
    }
}
