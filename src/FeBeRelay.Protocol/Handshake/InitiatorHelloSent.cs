using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Wire;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The initiator, from R1 to R2.</summary>
public sealed class InitiatorHelloSent : MainModeState
{
    private readonly MainModeSettings _settings;
    private readonly InitiatorHello _hello;
    private readonly IReadOnlyList<KeyShare> _shares;

    private InitiatorHelloSent(MainModeSettings settings, InitiatorHello hello, IReadOnlyList<KeyShare> shares)
    {
        _settings = settings;
        _hello = hello;
        _shares = shares;
        Message = KeyGates.Close(hello.Encode(), hello, settings.Keys);
    }

    /// <summary>The record R1, to be sent.</summary>
    public byte[] Message { get; }

    /// <summary>Starts main mode.</summary>
    /// <param name="settings">What this node brings.</param>
    /// <param name="demand">What its policy asks of this connection.</param>
    /// <param name="tried">Empty, or the id of the association that the peer said it does not know.</param>
    public static InitiatorHelloSent Start(MainModeSettings settings, Demand demand, ReadOnlySpan<byte> tried)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (tried.Length is not (0 or Limits.IdSize))
        {
            throw new ArgumentException($"tried has {tried.Length} bytes, not 0 or {Limits.IdSize}", nameof(tried));
        }
        ushort[] methods = settings.MethodNumbers();
        var nonce = new byte[Limits.NonceSize];
        settings.Entropy.Fill(nonce);
        KeyShare[] shares = [.. settings.Groups.Select(g => KeyShare.Create(g, settings.Entropy))];
        var hello = new InitiatorHello(
            [Limits.Version],
            nonce,
            demand,
            tried.ToArray(),
            settings.Lifetimes,
            [.. settings.Suites.Select(s => s.Id)],
            [.. shares.Select(s => new Share(s.Group.Id, s.Public)), .. settings.Keys.Any() ? [KeyGates.Room(settings.Keys.Count())] : Array.Empty<Share>()],
            methods);
        return new InitiatorHelloSent(settings, hello, shares);
    }

    /// <summary>Takes R2.</summary>
    /// <exception cref="ProtocolException">It is not an answer to this hello.</exception>
    public InitiatorAwaitingAuthentication Receive(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        ResponderHello answer = ResponderHello.Decode(record);
        if (answer.Version != Limits.Version)
        {
            throw new ProtocolException(ProtocolError.NotOffered, $"responder chose version {answer.Version}");
        }
        Suite suite = _settings.Suites.FirstOrDefault(s => s.Id == answer.Suite)
            ?? throw new ProtocolException(ProtocolError.NotOffered, $"responder chose suite 0x{answer.Suite:x4}");
        KeyShare share = _shares.FirstOrDefault(s => s.Group.Id == answer.Share.Group)
            ?? throw new ProtocolException(ProtocolError.NotOffered, $"responder chose group 0x{answer.Share.Group:x4}");
        if (answer.Nonce.AsSpan().SequenceEqual(_hello.Nonce))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own nonce came back");
        }
        ushort? method = CheckMethod(answer);
        MainModeKeys keys = MainModeKeys.Agree(suite, share, answer.Share.Public, Message, record.ToArray());
        return new InitiatorAwaitingAuthentication(new InitiatorContext(_settings, _hello, share.Group), keys, method);
    }

    /// <summary>The pre-shared key's number or that of Kerberos, which then stands alone in the responder's list (clauses 2.11, 2.13); null for certificates.</summary>
    private ushort? CheckMethod(ResponderHello answer)
    {
        ushort? method = answer.Signatures.Select(number => (ushort?)number).FirstOrDefault(number => number is KeyGates.Number or TicketAuthentication.Number);
        if (method is not null && answer.Signatures.Length != 1)
        {
            throw WireReader.Bad("the responder chose a pre-shared key or Kerberos, and something else with it");
        }
        (bool isOffered, string name) = method switch
        {
            KeyGates.Number => (_settings.Keys.Any(), "a pre-shared key"),
            TicketAuthentication.Number => (_settings.TakesTickets, "Kerberos"),
            _ => (_settings.TakesCertificates, "certificates"),
        };
        if (!isOffered)
        {
            throw new ProtocolException(ProtocolError.NotOffered, $"responder chose {name}");
        }
        return method is not null || answer.Signatures.Contains((ushort)_settings.Identity.Scheme)
            ? method
            : throw new ProtocolException(ProtocolError.NothingInCommon, $"responder does not accept signatures of {_settings.Identity.Scheme}");
    }

    private protected override void Zeroise()
    {
        foreach (KeyShare share in _shares)
        {
            share.Dispose();
        }
    }
}
