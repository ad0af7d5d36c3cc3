using System.Text;
using FeBeRelay.Protocol.Channels;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>What a receiver says to each type of record in each state and role: tried out, not read from the code.</summary>
internal static class StateTable
{
    private static readonly (string Name, Func<ChannelPair, Role, RecordForger> Reach)[] States =
    [
        ("nothing received", By((_, _) => { })),
        ("idle", By((own, peer) => own.Receive(peer.KeyUpdate()))),
        ("stream open", By(Start)),
        ("peer ended", By((own, peer) => { Start(own, peer); own.Receive(peer.End()); })),
        ("own end sent", By((own, peer) => { Start(own, peer); own.End(); })),
        ("stream over", By((own, peer) => { Start(own, peer); own.Receive(peer.End()); own.End(); })),
        ("parked, idle", By((own, peer) => own.Receive(peer.KeyUpdate(park: true)))),
        ("parked, stream open", By((own, peer) => { Start(own, peer); own.Receive(peer.KeyUpdate(park: true)); })),
        ("own close sent", By((own, peer) => Close(own, peer, answered: false))),
        ("close received", By((own, peer) => Close(own, peer, answered: true))),
        ("abort received", By((own, peer) => { Start(own, peer); own.Receive(peer.Abort()); })),
        ("M1 here or sent", (pair, role) => InExchange(pair, role, steps: 1)),
        ("M2 here or sent", (pair, role) => InExchange(pair, role, steps: 2)),
        ("its switch here or sent", (pair, role) => InExchange(pair, role, steps: 3)),
        ("refuse here or sent", (pair, role) => InExchange(pair, role, steps: 2, refuse: true)),
        ("exchange over", (pair, role) => InExchange(pair, role, steps: 4)),
    ];

    public static string Markdown()
    {
        var text = new StringBuilder()
            .Append("# What a receiver says to each record\n\n")
            .Append("Made by a test that sends every record in every state, under the right key, and written again with `FEBERELAY_UPDATE_SNAPSHOTS=1`.\n")
            .Append("`+` is taken; anything else is the error that ends the channel. Clauses 1.4, 4.6, 5 and 6 of [protocol.md](protocol.md) say why.\n")
            .Append("Every plaintext is of its form; an open has the next number, an end the newest. A responder closes only after the initiator, so \"own close sent\"\n")
            .Append("has the initiator's close in front there. The last columns are an in-band quick mode with stream 1 open: M1, M2, the initiator's switch, and a\n")
            .Append("refuse in the place of M2; what is inside M1 and its answers is looked at apart from the receiver. A switch has the right binder.\n");
        foreach (Role role in Enum.GetValues<Role>())
        {
            text.Append($"\n## At the {(role == Role.Initiator ? "initiator" : "responder")}\n\n| record |");
            text.AppendJoin(" |", States.Select(s => " " + s.Name)).Append(" |\n|---|").Append(string.Concat(States.Select(_ => "---|"))).Append('\n');
            foreach (RecordType type in Enum.GetValues<RecordType>().Append((RecordType)0x7E))
            {
                string name = Enum.IsDefined(type) ? type.ToString() : "(not listed)";
                text.Append($"| `{(byte)type:X2}` {name} |").AppendJoin(" |", States.Select(s => " " + Outcome(role, type, s.Reach))).Append(" |\n");
            }
        }
        return text.ToString();
    }

    private static string Outcome(Role role, RecordType type, Func<ChannelPair, Role, RecordForger> reach)
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = reach(pair, role);
        ChannelEnd own = pair.End(role);
        uint newest = own.Core.Sender.StreamNumber;
        byte[] record = type switch
        {
            RecordType.Open => peer.Open(newest + 1),
            RecordType.End => peer.End(newest),
            RecordType.Abort => peer.Abort(newest),
            RecordType.Confirm or RecordType.Close => peer.Record(type),
            RecordType.KeyUpdate => peer.KeyUpdate(),
            RecordType.Switch => peer.Record(type, role == Role.Responder ? ((InitiatorExchange)pair.Initiator.Core.Exchange).Binder3 : []),
            _ => peer.Record(type, 1),
        };
        try
        {
            own.Receive(record);
            return "+";
        }
        catch (ProtocolException violation)
        {
            return violation.Error.ToString();
        }
    }

    private static Func<ChannelPair, Role, RecordForger> By(Action<ChannelEnd, RecordForger> reach) => (pair, role) =>
    {
        RecordForger peer = pair.Forge(1 - role);
        reach(pair.End(role), peer);
        return peer;
    };

    /// <summary>An exchange as far as that step: M1, its answer, the initiator's switch, the responder's.</summary>
    private static RecordForger InExchange(ChannelPair pair, Role role, int steps, bool refuse = false)
    {
        pair.Responder.Receive(pair.Initiator.Open());
        pair.Responder.Receive(pair.Initiator.Request(forwardSecrecy: false));
        if (steps > 1)
        {
            pair.Initiator.Receive(pair.Responder.Answer(demandForwardSecrecy: refuse));
        }
        if (steps > 2 || (steps == 2 && role == Role.Responder && !refuse))
        {
            pair.Initiator.TakeAnswer();
        }
        if (steps > 2)
        {
            pair.Responder.Receive(pair.Initiator.Switch());
        }
        if (steps > 3)
        {
            pair.Initiator.Receive(pair.Responder.Switch());
        }
        return new RecordForger(pair.End(1 - role));
    }

    private static void Start(ChannelEnd own, RecordForger peer)
    {
        if (own.Core.Sender.Role == Role.Initiator)
        {
            own.Open();
        }
        else
        {
            own.Receive(peer.Open());
        }
    }

    private static void Close(ChannelEnd own, RecordForger peer, bool answered)
    {
        bool initiator = own.Core.Sender.Role == Role.Initiator;
        if (initiator)
        {
            own.Close();
        }
        if (!initiator || answered)
        {
            own.Receive(peer.Record(RecordType.Close));
        }
        if (!initiator && !answered)
        {
            own.Close();
        }
    }
}
