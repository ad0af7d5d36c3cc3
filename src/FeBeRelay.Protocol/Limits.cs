namespace FeBeRelay.Protocol;

/// <summary>Constants of protocol version 1, under the clauses of docs/protocol.md. Limits come in pairs: a soft one that acts, a hard one that refuses.</summary>
public static class Limits
{
    /// <summary>The only version (clause 2.2).</summary>
    public const ushort Version = 0x0001;

    /// <summary>Largest plaintext of a record, in bytes (clause 4.3).</summary>
    public const int MaxPlaintext = 65_536;

    /// <summary>Bytes of an AEAD tag.</summary>
    public const int TagSize = 16;

    /// <summary>Bytes of a random nonce in a handshake message.</summary>
    public const int NonceSize = 32;

    /// <summary>Bytes of an association id and of a channel id.</summary>
    public const int IdSize = 16;

    /// <summary>Most certificates in a chain (clause 2.4).</summary>
    public const int MaxCertificates = 5;

    /// <summary>Most bytes of DER in a chain (clause 2.4).</summary>
    public const int MaxCertificateBytes = 16_384;

    /// <summary>Width of the responder's counter window (clause 3.4).</summary>
    public const int CounterWindow = 8_192;

    /// <summary>Records under one key: update at the soft limit, refuse at the hard one (clause 4.8).</summary>
    public const ulong SoftRecordsPerKey = 1UL << 20;

    /// <inheritdoc cref="SoftRecordsPerKey"/>
    public const ulong HardRecordsPerKey = 1UL << 22;

    /// <summary>Bytes of plaintext under one key: update at the soft limit, refuse at the hard one (clause 4.8).</summary>
    public const ulong SoftBytesPerKey = 1UL << 34;

    /// <inheritdoc cref="SoftBytesPerKey"/>
    public const ulong HardBytesPerKey = 1UL << 36;

    /// <summary>Control records that may be saved up, and that are granted in a minute (clause 4.7).</summary>
    public const int ControlRecordRation = 32;

    /// <summary>Below that many saved, in either direction, what can wait is not begun (clause 4.7).</summary>
    public const int ScarceControlRecords = ControlRecordRation / 2;

    /// <summary>Stream records that earn one more control record (clause 4.7).</summary>
    public const int StreamRecordsPerControlRecord = 16;

    /// <summary>From accepting a connection to its first whole message (clause 8.4).</summary>
    public static readonly TimeSpan FirstMessageDeadline = TimeSpan.FromSeconds(5);

    /// <summary>For the whole of main mode and quick mode (clause 8.4).</summary>
    public static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(10);

    /// <summary>How long a receiver discards after its own abort or close (clause 8.4).</summary>
    public static readonly TimeSpan DiscardDeadline = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For an exchange in a live channel, from M1 or M2, or the last record received since (clause 8.4): longer than TCP bears a peer that takes no bytes.
    /// </summary>
    public static readonly TimeSpan ExchangeDeadline = TimeSpan.FromSeconds(120);

    /// <summary>A direction without a stream record for so long is parked by its sender (clause 6.2).</summary>
    public static readonly TimeSpan ParkAfter = TimeSpan.FromSeconds(60);

    /// <summary>Bytes taken from a peer before it is authenticated (clause 8.4).</summary>
    public const int MaxUnauthenticatedBytes = 65_536;
}
