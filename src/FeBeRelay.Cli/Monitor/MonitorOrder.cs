using FeBeRelay.Relay.Monitoring;

namespace FeBeRelay.Cli.Monitor;

/// <summary>What the monitor's rows are ordered by.</summary>
internal enum MonitorOrder
{
    Peer,
    Bytes,
    Age,
    Ends,
    Channels,
}

/// <summary>Orders rows.</summary>
internal static class MonitorOrders
{
    /// <summary>Names first to last, figures from the largest, what ends from the soonest; clear flows in front of what ties.</summary>
    public static IEnumerable<MonitorRow> By(this IEnumerable<MonitorRow> rows, MonitorOrder order) => order switch
    {
        MonitorOrder.Bytes => rows.OrderByDescending(row => row.Sent + row.Received),
        MonitorOrder.Age => rows.OrderByDescending(row => row.Age ?? long.MaxValue),
        MonitorOrder.Ends => rows.OrderBy(row => row.Ends ?? long.MinValue),
        MonitorOrder.Channels => rows.OrderByDescending(row => row.Channels),
        _ => rows.OrderBy(row => row.Peer, StringComparer.OrdinalIgnoreCase).ThenByDescending(row => row.Protection),
    };
}
