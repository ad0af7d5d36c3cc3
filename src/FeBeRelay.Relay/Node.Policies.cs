using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Services;

namespace FeBeRelay.Relay;

/// <summary>What the node tells of its policy, and does when it changes.</summary>
internal sealed partial class Node
{
    private void PolicyChanged(PolicyChange change)
    {
        PolicyLog.PolicyChanged(_logger, change.Now.Name, change.Before.Name, change.Reason);
        _audit.PolicyChanged(change.Now.Name, $"in the place of {change.Before.Name}: {change.Reason}");
        WarnOfExposedPorts(change.Now);
        WarnOfAuditOnly(change.Now);
        if (change.EndsClear && Clear.CutWhatIsNotLet($"policy {change.Now.Name} took effect: {change.Reason}") is > 0 and var count)
        {
            PolicyLog.ClearCut(_logger, count, change.Now.Name);
        }
    }

    private void PolicyRejected(string reason)
    {
        PolicyLog.PolicyNotChanged(_logger, _options.Policy.Current.Name, reason);
        _audit.PolicyNotChanged(_options.Policy.Current.Name, reason);
    }

    private void WarnOfExposedPorts(NodePolicy policy)
    {
        foreach (ServicePort port in _servicePorts)
        {
            if (ClearExposure.Find(policy, port.Service.Name, port.EndPoint) is { } rule)
            {
                InboundLog.ClearListenerExposed(_logger, port.Service.Name, rule.Name, port.EndPoint);
                _audit.ClearListenerExposed(port.Service.Name, port.EndPoint, rule.Name);
            }
        }
    }

    private void WarnOfAuditOnly(NodePolicy policy)
    {
        if (policy.IsAuditOnly)
        {
            PolicyLog.AuditOnly(_logger, policy.Name);
        }
    }
}
