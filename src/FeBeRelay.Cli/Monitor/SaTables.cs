using System.Globalization;
using FeBeRelay.Relay.Monitoring;

namespace FeBeRelay.Cli.Monitor;

/// <summary>Associations for a person who wants the figures of one.</summary>
internal static class SaTables
{
    public static void WriteList(TextWriter output, IReadOnlyList<AssociationView> associations)
    {
        output.WriteLine($"{"ID",-32}  {"ROLE",-9}  {"SECURITY",-9}  {"CH",3}  {"ENDS",6}  PEER");
        foreach (AssociationView one in associations)
        {
            output.WriteLine(Line($"{one.Id,-32}  {one.Role,-9}  {MonitorText.Of(one.Protection),-9}  {one.Channels.Count,3}  {MonitorText.Time(one.ExpiresInSeconds),6}  {one.Peer}"));
        }
    }

    public static void WriteOne(TextWriter output, AssociationView one)
    {
        (string Name, string Value)[] lines =
        [
            ("association", one.Id), ("role", one.Role), ("peer", one.Peer), ("certificate", one.PeerFingerprint),
            ("security", $"{MonitorText.Of(one.Protection)}, {one.Suite}, {one.Group}"), ("rules", one.Rules.Count == 0 ? "-" : string.Join(", ", one.Rules)),
            ("services", one.Services.Count == 0 ? "-" : string.Join(", ", one.Services)),
            ("made", Line($"{one.Created:yyyy-MM-dd HH:mm:ss}Z, ends in {MonitorText.Time(one.ExpiresInSeconds)}")), ("quick modes", Line($"{one.QuickModes}")),
            ("bytes", Line($"{one.BytesSent} sent, {one.BytesReceived} received")),
        ];
        foreach ((string name, string value) in lines)
        {
            output.WriteLine($"{name,-12} {value}");
        }
        foreach (ChannelView channel in one.Channels)
        {
            output.WriteLine(Line($"channel      {channel.Id} {channel.State.ToString().ToLowerInvariant()}, {channel.LocalAddress} to {channel.RemoteAddress}"));
            output.WriteLine(Line($"             SPI in {channel.InboundSpi}, out {channel.OutboundSpi}; {channel.Streams} streams, the last of {channel.Service ?? "-"}"));
            output.WriteLine(Line($"             {channel.BytesSent} bytes sent, {channel.BytesReceived} received; {channel.Rekeys} rekeys, {channel.KeyUpdates} key updates, next in {MonitorText.Time(channel.RekeyInSeconds)}"));
        }
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
