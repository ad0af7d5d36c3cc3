namespace FeBeRelay.Cli.Commands;

/// <summary>What the certs commands take from outside: the time, and a person's yes or no (null if there is nobody to ask).</summary>
internal sealed record CertsEnvironment(TimeProvider Time, Func<bool?> Confirm)
{
    /// <summary>Environment variables.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Standard input.</summary>
    public TextReader Input { get; init; } = Console.In;
}
