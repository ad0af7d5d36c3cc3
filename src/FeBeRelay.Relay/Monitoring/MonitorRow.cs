namespace FeBeRelay.Relay.Monitoring;

/// <summary>A row of the monitor: an association, or a flow in the clear.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Rule">The rule that decided.</param>
/// <param name="Protection">How it is protected.</param>
/// <param name="Suite">The suite; null in the clear.</param>
/// <param name="Id">The association's id; null in the clear.</param>
/// <param name="Role">This node's role; null in the clear.</param>
/// <param name="Service">The service or endpoint.</param>
/// <param name="From">This node's address of the youngest channel.</param>
/// <param name="To">The peer's address of the youngest channel.</param>
/// <param name="Channels">Channels, or connections so far.</param>
/// <param name="Sent">Bytes.</param>
/// <param name="Received">Bytes.</param>
/// <param name="Age">Seconds; null in the clear.</param>
/// <param name="Rekey">Seconds to the next quick mode; null where none is due.</param>
/// <param name="Ends">Seconds to its end; null in the clear.</param>
internal sealed record MonitorRow(
    string Peer, string? Rule, Protection Protection, string? Suite, string? Id, string? Role, string? Service, string? From, string? To,
    long Channels, ulong Sent, ulong Received, long? Age, long? Rekey, long? Ends)
{
    private static readonly StringComparison Case = StringComparison.OrdinalIgnoreCase;

    /// <summary>The key exchange group; null in the clear.</summary>
    public string? Group { get; init; }

    /// <summary>Why it is clear; null of associations.</summary>
    public string? Cause { get; init; }

    /// <summary>No other row has it.</summary>
    public string Key => Id ?? $"clear {Service} {Peer} {Rule} {Cause}";

    public static MonitorRow Of(AssociationView one)
    {
        ChannelView? youngest = one.Channels.Count > 0 ? one.Channels[0] : null;
        return new MonitorRow(
            one.Peer, Join(one.Rules), one.Protection, one.Suite, one.Id, one.Role, Join(one.Services), youngest?.LocalAddress, youngest?.RemoteAddress,
            one.Channels.Count, one.BytesSent, one.BytesReceived, one.AgeSeconds, one.RekeyInSeconds, one.ExpiresInSeconds)
        {
            Group = one.Group,
        };
    }

    public static MonitorRow Of(ClearView one) => new(
        one.Peer, one.Rule, Protection.Clear, null, null, null, one.Endpoint, null, null, one.Connections, (ulong)one.BytesSent, (ulong)one.BytesReceived, null, null, null)
    {
        Cause = one.Cause,
    };

    /// <summary>Whether one of its words has the text in it.</summary>
    public bool Contains(string text) =>
        ((string?[])[Peer, Rule, Suite, Group, Id, Service, From, To, MonitorText.Of(Protection)]).Any(word => word?.Contains(text, Case) == true);

    private static string? Join(IReadOnlyList<string> names) => names.Count == 0 ? null : string.Join(',', names);
}
