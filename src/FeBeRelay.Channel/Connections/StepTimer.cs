namespace FeBeRelay.Channel.Connections;

/// <summary>Tells an observer how long each step took.</summary>
internal sealed class StepTimer(TimeProvider time, Action<NegotiationStep, TimeSpan>? observe)
{
    private long _since = time.GetTimestamp();

    public void Done(NegotiationStep step)
    {
        observe?.Invoke(step, time.GetElapsedTime(_since));
        _since = time.GetTimestamp();
    }
}
