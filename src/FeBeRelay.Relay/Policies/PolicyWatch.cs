using FeBeRelay.Relay.Configuration;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>
/// Puts another policy into effect while the node runs: what the command assigns or takes back, looked for every so often, and when the operator asks,
/// whatever the configuration says by now. A configuration with errors changes nothing and is told. Of the configuration only the policy is taken.
/// </summary>
internal sealed class PolicyWatch(PolicySource source, EffectivePolicy policy, IConfiguration values, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _looking = new();
    private string _assignment = source.FirstAssignment;
    private string _text = TextOf(values);
    private ITimer? _timer;

    /// <summary>Looks every so often.</summary>
    /// <param name="every">The interval; zero looks only when asked.</param>
    public void Start(TimeSpan every)
    {
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
            _assignment = source.Assignment();
            Read("read anew");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Look()
    {
        lock (_looking)
        {
            string assignment = source.Assignment();
            if (assignment != _assignment)
            {
                _assignment = assignment;
                Read(assignment.Length == 0 ? "the assignment was taken back" : $"{assignment} was assigned");
            }
        }
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
