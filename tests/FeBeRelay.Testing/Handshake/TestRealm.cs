using System.Security.Cryptography;
using FeBeRelay.Protocol;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Testing.Handshake;

/// <summary>A key distribution centre and a GSS library in memory: tokens of the right form, a session key for each ticket, MICs with a direction.</summary>
public sealed class TestRealm
{
    public const string Service = "feberelay/be.test";
    public const string Client = "feberelay/fe.test@FEBE.TEST";

    private static readonly byte[] Mechanism = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02];
    private readonly Dictionary<string, byte[]> _sessions = [];

    /// <summary>A token of the form of clause 2.13.</summary>
    /// <param name="kind">The token id, <c>01 00</c> or <c>02 00</c> for the right ones.</param>
    /// <param name="content">What is behind it.</param>
    public static byte[] Token(ushort kind, byte[] content)
    {
        byte[] inner = [.. Mechanism, (byte)(kind >> 8), (byte)kind, .. content];
        byte[] length = inner.Length < 0x80 ? [(byte)inner.Length]
            : inner.Length < 0x100 ? [0x81, (byte)inner.Length]
            : [0x82, (byte)(inner.Length >> 8), (byte)inner.Length];
        return [0x60, .. length, .. inner];
    }

    /// <summary>A ticket for the service, as the client's token.</summary>
    /// <param name="size">Bytes that the ticket has besides.</param>
    public byte[] Ask(int size = 0)
    {
        byte[] number = RandomNumberGenerator.GetBytes(16);
        _sessions[Convert.ToHexString(number)] = RandomNumberGenerator.GetBytes(32);
        return Token(0x0100, [.. number, .. new byte[size]]);
    }

    /// <summary>The answer to a client's token.</summary>
    public byte[] Answer(byte[] request) => Token(0x0200, SHA256.HashData(SessionOf(request)));

    /// <summary>The client's context under a ticket of its own.</summary>
    public TicketContext ForClient(byte[] request, string service = Service) =>
        TicketContext.WithService(service, content => Mic(request, Role.Initiator, content), (content, mic) => mic.SequenceEqual(Mic(request, Role.Responder, content)));

    /// <summary>The service's context under a client's ticket.</summary>
    public TicketContext ForService(byte[] request, string client = Client) =>
        TicketContext.WithClient(client, content => Mic(request, Role.Responder, content), (content, mic) => mic.SequenceEqual(Mic(request, Role.Initiator, content)));

    /// <summary>The MIC of whoever has that role.</summary>
    public byte[] Mic(byte[] request, Role role, byte[] content) => MicOf(SessionOf(request), role, content);

    /// <summary>The MIC under a session key: it is as long as one of RFC 4121 with AES and SHA-1, and has a direction as that has.</summary>
    public static byte[] MicOf(byte[] session, Role role, byte[] content) => HMACSHA256.HashData(session, (byte[])[(byte)role, .. content])[..28];

    private byte[] SessionOf(byte[] request) => _sessions.Single(session => Convert.ToHexString(request).Contains(session.Key, StringComparison.Ordinal)).Value;
}
