namespace FeBeRelay.Relay.Audit;

/// <summary>Numbers events and chains their lines. Pure; one thread at a time.</summary>
/// <param name="number">The last line's number, 0 before the first.</param>
/// <param name="head">The last line's hash.</param>
internal sealed class AuditChain(long number, byte[] head)
{
    private byte[] _head = head;

    /// <summary>The last line's number.</summary>
    public long Number { get; private set; } = number;

    /// <summary>The last line's hash, lower-case hexadecimal.</summary>
    public string Head => Convert.ToHexStringLower(_head);

    /// <summary>The next line, without its line break.</summary>
    public byte[] Append(AuditEvent one)
    {
        byte[] line = AuditLine.Seal(AuditText.Write(one with { Number = Number + 1 }), ref _head);
        Number++;
        return line;
    }

    /// <summary>The next line, a checkpoint: signs all lines before it.</summary>
    public byte[] AppendCheckpoint(AuditEvent checkpoint, ICheckpointSigner signer)
    {
        CheckpointSignature signed = signer.Sign(Checkpoint.Message(Number + 1, _head));
        return Append(checkpoint with { Signer = signed.Signer, Signature = Convert.ToBase64String(signed.Signature) });
    }
}
