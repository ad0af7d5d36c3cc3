using FeBeRelay.Relay.Configuration;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>
/// Puts another policy into effect while the node runs: what the command assigns or takes back, looked for every so often, and when the operator asks,
/// whatever the configuration says by now; and ends trials that nobody confirmed. A configuration with errors changes nothing and is told. Of the configuration only the policy is taken.
/// </summary>
internal sealed class PolicyWatch(PolicySource source, EffectivePolicy policy, IConfiguration values, PolicyTrials trials, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _looking = new();
    private string _assignment = source.FirstAssignment;
    private string _text = TextOf(values);
    private ITimer? _timer;
    private ITimer? _due;

    /// <summary>Looks every so often.</summary>
    /// <param name="every">The interval; zero looks only when asked.</param>
    public void Start(TimeSpan every)
    {
        lock (_looking)
        {
            _due = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            trials.Start();
            AwaitTrial();
        }
        if (every > TimeSpan.Zero)
        {
            _timer = time.CreateTimer(_ => Look(), null, every, every);
        }
    }

    /// <summary>Reads everything anew: the operator has asked.</summary>
    public void Reload()
    {
        lock (_looking)
        {
            string? rolledBack = trials.Look();
            _assignment = source.Assignment();
            Read(rolledBack ?? "read anew");
            AwaitTrial();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (ITimer? timer in (ITimer?[])[_timer, _due])
        {
            if (timer is not null)
            {
                await timer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void Look()
    {
        lock (_looking)
        {
            string? rolledBack = trials.Look();
            string assignment = source.Assignment();
            if (assignment != _assignment)
            {
                _assignment = assignment;
                Read(rolledBack ?? (assignment.Length == 0 ? "the assignment was taken back" : $"{assignment} was assigned"));
            }
            AwaitTrial();
        }
    }

    /// <summary>The end of a trial is met at its time, however seldom files are looked at.</summary>
    private void AwaitTrial()
    {
        // A timer may be early by a little, and no trial is longer than a week.
        _due?.Change(trials.Left is { } left ? left + TimeSpan.FromMilliseconds(10) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Read(string reason)
    {
        ConfigurationLoadResult result = source.Load();
        if (!result.IsValid)
        {
            ConfigurationError first = result.Errors[0];
            policy.Reject($"{reason}, but {$"{first.Origin} {first.Key} {first.Problem}".Trim()}; {first.Fix}");
        }
        else if (TextOf(result.Values) is var text && text != _text)
        {
            _text = text;
            policy.ChangeOwn(NodePolicyFactory.Effective(result.Configuration.Policy), reason);
        }
    }

    private static string TextOf(IConfiguration values) =>
        string.Join('\n', values.GetSection("policy").AsEnumerable().Select(entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal));
}
