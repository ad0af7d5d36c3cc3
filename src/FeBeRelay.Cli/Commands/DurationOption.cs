using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace FeBeRelay.Cli.Commands;

/// <summary>An option that is a time as people write it: a number and s, m, h or d.</summary>
internal static class DurationOption
{
    private static readonly (char Letter, TimeSpan Unit)[] Units =
        [('d', TimeSpan.FromDays(1)), ('h', TimeSpan.FromHours(1)), ('m', TimeSpan.FromMinutes(1)), ('s', TimeSpan.FromSeconds(1))];

    public static Option<TimeSpan> Create(string name, string description, TimeSpan shortest, TimeSpan longest) => new(name)
    {
        Description = $"{description}: a number and s, m, h or d; {Text(shortest)} to {Text(longest)}.",
        HelpName = "TIME",
        CustomParser = result => Parse(result, name, shortest, longest),
    };

    private static TimeSpan Parse(ArgumentResult result, string name, TimeSpan shortest, TimeSpan longest)
    {
        var text = result.Tokens[0].Value;
        var unit = Units.FirstOrDefault(unit => text.EndsWith(unit.Letter)).Unit;
        var time = long.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 1_000_000
            ? count * unit
            : TimeSpan.Zero;
        if (time < shortest || time > longest)
        {
            result.AddError($"{name} {text} is not a time from {Text(shortest)} to {Text(longest)}: write a number and s, m, h or d");
        }

        return time;
    }

    private static string Text(TimeSpan time)
    {
        var (letter, unit) = Units.First(unit => time >= unit.Unit);
        return string.Create(CultureInfo.InvariantCulture, $"{time / unit}{letter}");
    }
}
