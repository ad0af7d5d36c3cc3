namespace FeBeRelay.Scenarios.Processes;

/// <summary>One figure that Prometheus has.</summary>
internal sealed record Scraped(IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>Whether it is of that name, and has that label.</summary>
    public bool Is(string name, string label, string of) => Labels["__name__"] == name && Labels.TryGetValue(label, out string? value) && value == of;
}
