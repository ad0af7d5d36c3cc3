using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>
/// The gates of an initiator hello that offers pre-shared keys (clause 2.11): one MAC for each key, over the hello with all gates zero. They tell the
/// responder which key it is without telling anyone else, before any public-key work.
/// </summary>
internal static class KeyGates
{
    /// <summary>Number of the method in a list of signatures, and of the gates in the list of shares.</summary>
    public const ushort Number = 0xFB01;

    private const int GateSize = 32;

    /// <summary>Room for the gates of that many keys: the last entry of the list of shares.</summary>
    public static Share Room(int keys) => new(Number, new byte[keys * GateSize]);

    /// <summary>Fills the gates of an encoded hello.</summary>
    public static byte[] Close(byte[] record, InitiatorHello hello, IEnumerable<PreSharedKey> keys)
    {
        byte[] gates = [.. keys.SelectMany(key => key.Gate(record))];
        gates.CopyTo(record, Offset(record, hello, gates.Length));
        return record;
    }

    /// <summary>The first key of the initiator's order that is one of these, or null.</summary>
    public static PreSharedKey? Find(ReadOnlySpan<byte> record, InitiatorHello hello, IEnumerable<PreSharedKey> own)
    {
        byte[] gates = hello.Gates!;
        byte[] bare = record.ToArray();
        bare.AsSpan(Offset(bare, hello, gates.Length), gates.Length).Clear();
        (PreSharedKey Key, byte[] Gate)[] candidates = [.. own.Select(key => (key, key.Gate(bare)))];
        return gates.Chunk(GateSize)
            .Select(gate => candidates.FirstOrDefault(candidate => CryptographicOperations.FixedTimeEquals(candidate.Gate, gate)).Key)
            .FirstOrDefault(key => key is not null);
    }

    /// <summary>Gates are there exactly if the method is offered, behind all shares.</summary>
    /// <exception cref="ProtocolException">They are not.</exception>
    public static void Check(InitiatorHello hello)
    {
        bool isOffered = hello.Signatures.Contains(Number);
        if (isOffered != hello.Gates is not null)
        {
            throw WireReader.Bad("a pre-shared key is offered without gates, or gates without a key");
        }
        if (isOffered && (hello.Shares[^1].Group != Number || hello.Gates!.Length % GateSize != 0 || hello.Gates.Length > MainModeMethod.MaxKeys * GateSize))
        {
            throw WireReader.Bad($"gates are not 1 to {MainModeMethod.MaxKeys} of {GateSize} bytes, behind all shares");
        }
    }

    // Behind the gates there is only the list of signatures.
    private static int Offset(byte[] record, InitiatorHello hello, int gates) => record.Length - (1 + 2 * hello.Signatures.Length) - gates;
}
