using System.Globalization;

namespace FeBeRelay.Relay.Monitoring;

/// <summary>Figures in few characters.</summary>
internal static class MonitorText
{
    private static readonly string[] Units = ["B", "K", "M", "G", "T", "P"];

    /// <summary>Up to five characters: 999B, 1.5K, 23M; K is 1,024.</summary>
    public static string Bytes(ulong count)
    {
        double value = count;
        int unit = 0;
        while (value >= 1_000 && unit < Units.Length - 1)
        {
            value /= 1_024;
            unit++;
        }
        string format = unit > 0 && value < 9.95 ? "0.0" : "0";
        return value.ToString(format, CultureInfo.InvariantCulture) + Units[unit];
    }

    /// <summary>Up to five characters: 59s, 12m, 7h59m, 23h, 12d; a hyphen where there is none.</summary>
    public static string Time(long? seconds) => seconds switch
    {
        null => "-",
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{seconds}s"),
        < 6_000 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m"),
        < 36_000 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3_600}h{seconds / 60 % 60:00}m"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3_600}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400}d"),
    };

    public static string Of(Protection protection) => protection switch
    {
        Protection.Secured => "secured",
        Protection.AuthenticatedOnly => "auth only",
        _ => "CLEAR",
    };
}
