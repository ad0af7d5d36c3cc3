using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;
using Microsoft.Extensions.Logging;

namespace FeBeRelay.Relay.Policies;

/// <summary>Watches over policies on trial: tells when one begins, is confirmed or is over, and rolls back what was not confirmed. Not thread-safe.</summary>
/// <param name="source">Where trials are written.</param>
/// <param name="policy">Is told until when its policy is on trial.</param>
/// <param name="audit">The audit log.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class PolicyTrials(PolicySource source, EffectivePolicy policy, AuditLog audit, TimeProvider time, ILogger logger)
{
    private PolicyTrial? _running;

    /// <summary>How long the trial that is running has; null if none is.</summary>
    public TimeSpan? Left => _running is { } trial ? Later(trial.Until - time.GetUtcNow()) : null;

    /// <summary>Tells of what was rolled back before this node was there, and of a trial that goes on.</summary>
    public void Start()
    {
        if (source.Overdue is { } over)
        {
            TellRolledBack(over);
        }
        Look();
    }

    /// <summary>Looks what has become of trials. To be followed by a look at the assignment.</summary>
    /// <returns>Why the assignment is another now, where a trial was rolled back; else null.</returns>
    public string? Look()
    {
        try
        {
            if (source.RollBack(time.GetUtcNow()) is { } over)
            {
                (_running, policy.TrialUntil) = (null, null);
                return TellRolledBack(over);
            }
            Follow(source.Trial());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            policy.Reject($"a policy's trial cannot be ended: {e.Message}");
        }
        return null;
    }

    private void Follow(PolicyTrial? trial)
    {
        if (trial is not null && trial != _running)
        {
            PolicyLog.OnTrial(logger, trial.Policy, trial.Until, Name(trial.Before));
            audit.PolicyOnTrial(trial.Policy, $"until {trial.Until:u}, then {Name(trial.Before)} again unless it is confirmed");
        }
        else if (trial is null && _running is { } was && source.Assignment() == was.Policy)
        {
            PolicyLog.Confirmed(logger, was.Policy);
            audit.PolicyConfirmed(was.Policy);
        }
        (_running, policy.TrialUntil) = (trial, trial?.Until);
    }

    private string TellRolledBack(PolicyTrial over)
    {
        string reason = $"the trial of {over.Policy} was not confirmed in time";
        PolicyLog.RolledBack(logger, Name(over.Before), reason);
        audit.PolicyRolledBack(Name(over.Before), reason);
        return reason;
    }

    private static string Name(string assignment) => assignment.Length > 0 ? assignment : "the configuration's own";

    private static TimeSpan Later(TimeSpan left) => left > TimeSpan.Zero ? left : TimeSpan.Zero;
}
