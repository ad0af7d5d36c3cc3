using FeBeRelay.Protocol.Cryptography;

namespace FeBeRelay.Protocol.Handshake;

/// <summary>The responder, from R1 (answered by R2 and R3) to R4.</summary>
public sealed class ResponderHelloReceived : MainModeState
{
    private readonly MainModeSettings _settings;
    private readonly ResponderContext _context;
    private MainModeKeys? _keys;

    private ResponderHelloReceived(MainModeSettings settings, ResponderContext context, MainModeKeys keys, byte[] messages)
    {
        _settings = settings;
        _context = context;
        _keys = keys;
        Messages = messages;
    }

    /// <summary>The records R2 and R3, to be sent together.</summary>
    public byte[] Messages { get; }

    /// <summary>What the initiator's policy asks. Not authenticated before R4.</summary>
    public Demand Demand => _context.Hello.Demand;

    /// <summary>Empty, or the id of the association that the initiator was told is not known. Not authenticated before R4.</summary>
    public ReadOnlySpan<byte> Tried => _context.Hello.Tried;

    /// <summary>The longest lifetimes that the initiator takes. Not authenticated before R4.</summary>
    public Lifetimes OfferedLifetimes => _context.Hello.Lifetimes;

    /// <summary>Takes R1 and answers it. All that is cheap is checked before the first public-key operation (clause 8.5).</summary>
    /// <param name="settings">What this node brings.</param>
    /// <param name="record">R1.</param>
    /// <param name="mayAnswer">Asked last of all that is cheap; null for always.</param>
    /// <exception cref="ProtocolException">The record is no initiator hello, or offers nothing that this node allows.</exception>
    public static ResponderHelloReceived Receive(MainModeSettings settings, ReadOnlySpan<byte> record, Func<bool>? mayAnswer = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        InitiatorHello hello = InitiatorHello.Decode(record);
        (Suite suite, Group group) = Choose(settings, hello);
        MainModeMethod method = ChooseMethod(settings, hello, record);
        if (mayAnswer is not null && !mayAnswer())
        {
            throw new ProtocolException(ProtocolError.OverBudget, "more main modes than this node answers at a time");
        }
        var nonce = new byte[Limits.NonceSize];
        settings.Entropy.Fill(nonce);
        if (nonce.AsSpan().SequenceEqual(hello.Nonce))
        {
            throw new ProtocolException(ProtocolError.Reflected, "own nonce came back");
        }
        (byte[] share, Secret agreed) = KeyShare.Answer(group, hello.Shares.First(s => s.Group == group.Id).Public, settings.Entropy);
        using Secret shared = agreed;
        byte[] answer = new ResponderHello(
            Limits.Version, nonce, suite.Id, new Share(group.Id, share), [.. method.Numbers]).Encode();
        MainModeKeys keys = MainModeKeys.Derive(suite, shared, record.ToArray(), answer);
        try
        {
            byte[] authentication = Authenticate(settings, keys, method);
            return new ResponderHelloReceived(settings, new ResponderContext(hello, group, method), keys, [.. answer, .. authentication]);
        }
        catch
        {
            // A signer may be a device that fails.
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Whether Kerberos was chosen: then R4 is for <see cref="ReceiveByTicket"/>.</summary>
    public bool IsByTicket => _context.Method.IsKerberos;

    /// <summary>Takes R4.</summary>
    /// <exception cref="ProtocolException">The initiator did not prove that it holds its leaf's key, or the pre-shared key, and the agreed secret.</exception>
    public ResponderAwaitingVerdict Receive(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        AuthenticatedPeer peer = _context.Method.Key is { } key
            ? _keys!.VerifyByKey(Role.Initiator, record, [key], _settings.Instance)
            : _keys!.Verify(Role.Initiator, record, _settings.Identity);
        var next = new ResponderAwaitingVerdict(_context, _keys, peer);
        _keys = null;
        return next;
    }

    /// <summary>Takes R4 of a main mode by Kerberos.</summary>
    /// <exception cref="ProtocolException">The initiator did not prove that it has the agreed secret, or its token is of another form.</exception>
    public ResponderAwaitingContext ReceiveByTicket(ReadOnlySpan<byte> record)
    {
        using IDisposable leaving = Leave();
        byte[] token = _keys!.TakeToken(Role.Initiator, record, _settings.Instance);
        var next = new ResponderAwaitingContext(_context, _keys, token);
        _keys = null;
        return next;
    }

    private protected override void Zeroise() => _keys?.Dispose();

    // The first of the initiator's order that this node allows.
    private static (Suite Suite, Group Group) Choose(MainModeSettings settings, InitiatorHello hello)
    {
        if (!hello.Versions.Contains(Limits.Version))
        {
            throw NothingInCommon("version");
        }
        Suite suite = hello.Suites.Select(Suite.Find).FirstOrDefault(s => s is not null && settings.Suites.Contains(s))
            ?? throw NothingInCommon("suite");
        Group group = hello.Shares.Select(s => Group.Find(s.Group)).FirstOrDefault(g => g is not null && settings.Groups.Contains(g))
            ?? throw NothingInCommon($"group ({string.Join(", ", settings.Groups)})");
        return (suite, group);
    }

    // The first of the initiator's order that this node allows and can do (clauses 2.11, 2.13).
    private static MainModeMethod ChooseMethod(MainModeSettings settings, InitiatorHello hello, ReadOnlySpan<byte> record)
    {
        foreach (ushort method in hello.Signatures)
        {
            if (method == KeyGates.Number && KeyGates.Find(record, hello, settings.Keys) is { } key)
            {
                return new MainModeMethod(key);
            }
            if (method == TicketAuthentication.Number && settings.TakesTickets)
            {
                return MainModeMethod.Kerberos;
            }
            if (method == (ushort)settings.Identity.Scheme && settings.TakesCertificates)
            {
                return MainModeMethod.Certificates;
            }
        }
        bool isWrongKey = hello.Gates is not null && settings.Keys.Any();
        throw isWrongKey
            ? new ProtocolException(ProtocolError.IdentityRefused, "the initiator offers none of the pre-shared keys that this node has and allows, and nothing else that it allows")
            : NothingInCommon(settings.TakesCertificates ? "signature algorithm" : "way to authenticate");
    }

    private static byte[] Authenticate(MainModeSettings settings, MainModeKeys keys, MainModeMethod method)
    {
        if (method.IsKerberos)
        {
            return keys.AuthenticateByTicket(Role.Responder, settings.Instance, token: []);
        }
        if (method.Key is not { } key)
        {
            return keys.Authenticate(Role.Responder, settings.Identity);
        }
        keys.Use(key);
        return keys.AuthenticateByKey(Role.Responder, settings.Instance);
    }

    private static ProtocolException NothingInCommon(string what) =>
        new(ProtocolError.NothingInCommon, $"the initiator offers no {what} that this node allows");
}
