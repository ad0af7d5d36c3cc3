namespace FeBeRelay.Channel.Budgets;

/// <summary>One connection's part of the budget, from accepting it to the end of its negotiation. Used by one thread at a time.</summary>
internal sealed class NegotiationSlot(NegotiationBudget budget, SourceAccount account, bool isKnown) : IDisposable
{
    private bool _left;

    /// <summary>Whether a main mode may be answered now.</summary>
    public bool MayDoMainMode() => budget.MayDoMainMode(account, isKnown);

    /// <summary>The peer is authenticated.</summary>
    public void PeerProved() => budget.PeerProved(account);

    public void Dispose()
    {
        if (!_left)
        {
            _left = true;
            budget.Leave(account, isKnown);
        }
    }
}
