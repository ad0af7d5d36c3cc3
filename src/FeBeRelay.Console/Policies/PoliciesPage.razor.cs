using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.WebConsole.Policies;

/// <summary>What goes protected, clear or not at all; why; and, for an operator, under which policy.</summary>
public sealed partial class PoliciesPage : ComponentBase
{
    private NodeConfiguration? _configuration;
    private IConfiguration? _values;
    private IReadOnlyList<PolicyWarning> _warnings = [];
    private PolicyExplanation? _explanation;
    private string? _problem;
    private string? _said;
    private string? _misunderstood;
    private string _wanted = Posture.SecureServer.Name;
    private string _from = NodePolicyFactory.Me;
    private string _to = "";
    private string _asIf = "";
    private string _theirs = "";
    private Change _asked;

    private enum Change
    {
        None,
        Assign,
        Unassign,
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Node.Policy.Changed -= Redraw;
        Node.Policy.Rejected -= Redraw;
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Node.Policy.Changed += Redraw;
        Node.Policy.Rejected += Redraw;
        Load();
        _to = _configuration?.Nodes.Keys.FirstOrDefault() ?? NodePolicyFactory.Me;
    }

    /// <summary>The policy only: the rest of the configuration is the running node's.</summary>
    private void Load()
    {
        if (Node.Policies?.Load() is { } loaded)
        {
            (_configuration, _values) = (loaded.Configuration, loaded.Values);
            _warnings = loaded.IsValid ? PolicyLint.Check(loaded.Configuration, loaded.Values) : [];
            _problem = loaded.Errors is [{ } first, ..] ? $"The configuration has errors, the first: {first.Key} {first.Problem}. {first.Fix}" : null;
        }
    }

    private void Redraw(PolicyChange change) => _ = InvokeAsync(() =>
    {
        Load();
        _said = $"{change.Now.Name} is in effect.";
        StateHasChanged();
    });

    private void Redraw(string reason) => _ = InvokeAsync(() =>
    {
        _said = null;
        _misunderstood = $"Nothing has changed: {reason}";
        StateHasChanged();
    });

    private void ChangeIt()
    {
        Change asked = _asked;
        _asked = Change.None;
        if (!Session.IsOperator)
        {
            return;
        }
        string what = asked == Change.Assign ? $"policy {_wanted} assigned" : "the assignment of a policy taken back";
        Node.Audit.ManagementAction("console operator", null, null, what);
        try
        {
            bool isWritten = Write(asked);
            _said = isWritten ? "Written; the node takes it over within node:reloadSeconds." : "Nothing was assigned.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _misunderstood = $"It could not be written: {e.Message}";
        }
    }

    private void ConfirmTrial()
    {
        if (!Session.IsOperator)
        {
            return;
        }
        Node.Audit.ManagementAction("console operator", null, null, "the policy on trial confirmed");
        try
        {
            _said = Node.Policies!.Confirm() ? "Confirmed: the policy stays." : "Nothing is on trial.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _misunderstood = $"It could not be written: {e.Message}";
        }
    }

    private bool Write(Change asked)
    {
        if (asked == Change.Unassign)
        {
            return Node.Policies!.Unassign();
        }
        Node.Policies!.Assign(_wanted);
        return true;
    }

    private void Explain()
    {
        (_explanation, _misunderstood) = (null, null);
        try
        {
            NodePolicy policy = _asIf.Length == 0 ? Node.Policy.Current : NodePolicyFactory.Find(_configuration!.Policy, _asIf)!;
            NodePolicy? theirs = Posture.TryFind(_theirs, out Posture? posture) ? NodePolicy.Of(posture) : null;
            _explanation = PolicyExplanation.Of(_configuration!, _values!, new PolicyQuestion(_from.Trim(), _to.Trim(), Port: null, policy, theirs));
        }
        catch (ArgumentException e)
        {
            _misunderstood = e.Message;
        }
    }

    private IEnumerable<string> Names() => Posture.All.Select(posture => posture.Name).Concat(_configuration!.Policy.Policies.Keys.Order(StringComparer.OrdinalIgnoreCase));

    private IEnumerable<string> Ends() =>
        [NodePolicyFactory.Me, .. OutwardWay.Of(_configuration!, _values!).Select(way => way.Endpoint).Distinct(), .. _configuration!.Listener?.Services.Keys ?? [], .. _configuration.Nodes.Keys];

    private static string Cell(Posture dials, PeerModel peer) => PolicyForecast.Of(new OutboundSituation { Rule = dials.Rule, HasClearTo = true }, peer).ToString();

    private static string BadgeOf(string outcome) => outcome switch
    {
        _ when outcome.StartsWith("secured", StringComparison.Ordinal) => "badge good",
        _ when outcome.StartsWith("blocked", StringComparison.Ordinal) => "badge warn",
        _ => "badge bad",
    };

    private static string May(bool clear) => clear ? "CLEAR" : "no";

    private static string ActionOf(PolicyRule rule) => rule.Action.ToString().ToLowerInvariant();

    private static string FlagsOf(PolicyRule rule) =>
        string.Join(", ", [.. rule.Flags, .. rule.Ratchet ? ["ratchet"] : Array.Empty<string>(), .. rule.Fallback.Behaviour == FallbackBehaviour.WindowsXp ? ["windowsXp"] : Array.Empty<string>()]);
}
