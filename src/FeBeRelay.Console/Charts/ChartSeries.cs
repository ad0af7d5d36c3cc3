namespace FeBeRelay.WebConsole.Charts;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What it is, for the legend.</param>
/// <param name="Style">The class that colours it: <c>one</c>, <c>two</c> or <c>three</c>.</param>
/// <param name="Values">The values, the oldest first.</param>
public sealed record ChartSeries(string Name, string Style, IReadOnlyList<double> Values);
