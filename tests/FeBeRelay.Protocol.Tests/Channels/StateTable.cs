using System.Text;
using FeBeRelay.Protocol.Wire;
using FeBeRelay.Testing.Channels;

namespace FeBeRelay.Protocol.Tests.Channels;

/// <summary>What a receiver says to each type of record in each state and role: tried out, not read from the code.</summary>
internal static class StateTable
{
    private static readonly (string Name, Action<ChannelEnd, RecordForger> Reach)[] States =
    [
        ("nothing received", (_, _) => { }),
        ("idle", (own, peer) => own.Receive(peer.KeyUpdate())),
        ("stream open", Start),
        ("peer ended", (own, peer) => { Start(own, peer); own.Receive(peer.End()); }),
        ("own end sent", (own, peer) => { Start(own, peer); own.End(); }),
        ("stream over", (own, peer) => { Start(own, peer); own.Receive(peer.End()); own.End(); }),
        ("parked, idle", (own, peer) => own.Receive(peer.KeyUpdate(park: true))),
        ("parked, stream open", (own, peer) => { Start(own, peer); own.Receive(peer.KeyUpdate(park: true)); }),
        ("own close sent", (own, peer) => Close(own, peer, answered: false)),
        ("close received", (own, peer) => Close(own, peer, answered: true)),
        ("abort received", (own, peer) => { Start(own, peer); own.Receive(peer.Abort()); }),
    ];

    public static string Markdown()
    {
        var text = new StringBuilder()
            .Append("# What a receiver says to each record\n\n")
            .Append("Made by a test that sends every record in every state, under the right key, and written again with `FEBERELAY_UPDATE_SNAPSHOTS=1`.\n")
            .Append("`+` is taken; anything else is the error that ends the channel. Clauses 1.4, 4.6, 5 and 6 of [protocol.md](protocol.md) say why.\n")
            .Append("Every plaintext is of its form; an open has the next number, an end the newest. A responder closes only after the initiator, so \"own close sent\"\n")
            .Append("has the initiator's close in front there.\n");
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

    private static string Outcome(Role role, RecordType type, Action<ChannelEnd, RecordForger> reach)
    {
        using ChannelPair pair = ChannelPair.Create();
        using RecordForger peer = pair.Forge(role == Role.Initiator ? Role.Responder : Role.Initiator);
        ChannelEnd own = pair.End(role);
        reach(own, peer);
        uint newest = own.Core.Sender.StreamNumber;
        byte[] record = type switch
        {
            RecordType.Open => peer.Open(newest + 1),
            RecordType.End => peer.End(newest),
            RecordType.Abort => peer.Abort(newest),
            RecordType.Confirm or RecordType.Close => peer.Record(type),
            RecordType.KeyUpdate => peer.KeyUpdate(),
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
