namespace FeBeRelay.Protocol.Handshake;

/// <summary>
/// One state of main mode. It owns what is valid in it, is left once, and zeroes its secrets on leaving, also when it is left by an
/// exception. Not thread-safe.
/// </summary>
public abstract class MainModeState : IDisposable
{
    private bool _left;

    /// <summary>Gives main mode up.</summary>
    public void Dispose()
    {
        _left = true;
        Zeroise();
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins the one use; the secrets go when the returned value is disposed of.</summary>
    /// <exception cref="InvalidOperationException">The state was left before.</exception>
    private protected IDisposable Leave()
    {
        if (_left)
        {
            throw new InvalidOperationException($"{GetType().Name} was left before; a state is used once");
        }
        _left = true;
        return this;
    }

    private protected abstract void Zeroise();
}
