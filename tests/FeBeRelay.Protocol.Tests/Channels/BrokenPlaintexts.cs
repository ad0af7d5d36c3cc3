using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>Plaintexts that are not of their form (clauses 1.5, 4.6, 5.2, 5.4). Each is broken in one place; the state allows the type.</summary>
internal static class BrokenPlaintexts
{
    private static readonly byte[] None = [0, 0, 0];

    /// <summary>What breaks, its type, who sends it, whether stream 1 is open, the plaintext.</summary>
    public static IReadOnlyDictionary<string, (RecordType Type, Role Sender, bool StreamIsOpen, byte[] Plaintext)> All { get; } =
        new Dictionary<string, (RecordType, Role, bool, byte[])>
        {
            ["empty data"] = (RecordType.Data, Role.Initiator, true, []),
            ["an end with another number"] = (RecordType.End, Role.Initiator, true, [0, 0, 0, 2]),
            ["an end with a byte missing"] = (RecordType.End, Role.Initiator, true, [0, 0, 1]),
            ["an end with a byte left over"] = (RecordType.End, Role.Initiator, true, [0, 0, 0, 1, 0]),
            ["an abort with code 0"] = (RecordType.Abort, Role.Initiator, true, [0, 0, 0, 1, 0]),
            ["an abort with code 8"] = (RecordType.Abort, Role.Initiator, true, [0, 0, 0, 1, 8]),
            ["an abort with a byte missing"] = (RecordType.Abort, Role.Initiator, true, [0, 0, 0, 1]),
            ["an abort with a byte left over"] = (RecordType.Abort, Role.Initiator, true, [0, 0, 0, 1, 7, 0]),
            ["a key update of kind 2"] = (RecordType.KeyUpdate, Role.Initiator, true, [2]),
            ["an empty key update"] = (RecordType.KeyUpdate, Role.Initiator, true, []),
            ["a key update with a byte left over"] = (RecordType.KeyUpdate, Role.Initiator, true, [0, 0]),
            ["an ask of kind 0"] = (RecordType.Ask, Role.Responder, false, [0]),
            ["an ask of kind 4"] = (RecordType.Ask, Role.Responder, false, [4]),
            ["an empty ask"] = (RecordType.Ask, Role.Responder, false, []),
            ["an ask with a byte left over"] = (RecordType.Ask, Role.Responder, false, [3, 0]),
            ["a confirm that is not empty"] = (RecordType.Confirm, Role.Initiator, false, [0]),
            ["a close that is not empty"] = (RecordType.Close, Role.Initiator, false, [0]),
            ["an open with demand 3"] = Open(RecordForger.PlaintextOfOpen(1, 3, "mail", None, None)),
            ["an open without a service"] = Open(RecordForger.PlaintextOfOpen(1, 2, "", None, None)),
            ["an open with a service of 64 characters"] = Open(RecordForger.PlaintextOfOpen(1, 2, new string('a', 64), None, None)),
            ["an open with a service in capitals"] = Open(RecordForger.PlaintextOfOpen(1, 2, "Mail", None, None)),
            ["an open with a service with a zero"] = Open(RecordForger.PlaintextOfOpen(1, 2, "ma\0l", None, None)),
            ["an open with address family 5"] = Open(RecordForger.PlaintextOfOpen(1, 2, "mail", [5, 0, 0], None)),
            ["an open with a port without an address"] = Open(RecordForger.PlaintextOfOpen(1, 2, "mail", [0, 0, 80], None)),
            ["an open with one address"] = Open(RecordForger.PlaintextOfOpen(1, 2, "mail", [4, 127, 0, 0, 1, 0, 80], None)),
            ["an open with two families"] = Open(RecordForger.PlaintextOfOpen(1, 2, "mail", [4, 127, 0, 0, 1, 0, 80], [6, .. new byte[18]])),
            ["an open with a byte missing"] = Open(RecordForger.PlaintextOfOpen(1, 2, "mail", None, [0, 0])),
            ["an open with a byte left over"] = Open(RecordForger.PlaintextOfOpen(1, 2, "mail", None, [0, 0, 0, 0])),
        };

    private static (RecordType, Role, bool, byte[]) Open(byte[] plaintext) => (RecordType.Open, Role.Initiator, false, plaintext);
}
