using FeBeRelay.Relay.Management;

namespace FeBeRelay.WebConsole.Sessions;

/// <summary>The session of one page: what it may do. One thread at a time, the circuit's.</summary>
internal sealed class ConsoleSession(ConsoleSessions sessions)
{
    private string? _key;

    /// <summary>What whoever sits there may do; asked before every change, since the session may have ended elsewhere.</summary>
    public ManagementRole Role => _key is null ? ManagementRole.None : sessions.Use(_key);

    /// <summary>Whether changes may be made.</summary>
    public bool IsOperator => Role >= ManagementRole.Operator;

    /// <summary>Takes a token; gives the key that the tab keeps, null for a wrong one.</summary>
    public string? SignIn(string token) => _key = sessions.Begin(token)?.Key;

    /// <summary>Goes on with the key that the tab has kept; whether the session still is.</summary>
    public bool Resume(string key)
    {
        _key = key;
        return Role != ManagementRole.None;
    }

    /// <summary>Ends it, in all tabs.</summary>
    public void SignOut()
    {
        if (_key is { } key)
        {
            sessions.End(key);
            _key = null;
        }
    }
}
