namespace FeBeRelay.Protocol.Policy;

/// <summary>When a rule with the flag <c>soft</c> holds a peer for not capable, and for how long.</summary>
/// <param name="Behaviour">Whose rules hold.</param>
/// <param name="Timer">From the first try to the fall-back to clear, at most.</param>
/// <param name="Tries">Most tries in one attempt, at least 1.</param>
/// <param name="SoftLifetime">Life of a soft association: how long nothing is tried again.</param>
public sealed record FallbackSettings(FallbackBehaviour Behaviour, TimeSpan Timer, int Tries, TimeSpan SoftLifetime)
{
    /// <summary>Three seconds, four tries, a soft association of five minutes.</summary>
    public static readonly FallbackSettings Default = For(FallbackBehaviour.Windows2000);

    /// <summary>The timer as that Windows has it.</summary>
    public static FallbackSettings For(FallbackBehaviour behaviour) => new(
        behaviour, behaviour == FallbackBehaviour.WindowsXp ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(3), 4, TimeSpan.FromMinutes(5));
}
