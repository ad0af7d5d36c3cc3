namespace FeBeRelay.Relay.Configuration;

/// <summary>
/// Collects errors, the first one of each key. Later rules may therefore look at the placeholder of a value that could not be read:
/// what they say of it is dropped.
/// </summary>
internal sealed class ConfigurationErrors
{
    private readonly List<ConfigurationError> _errors = [];
    private readonly HashSet<string> _keys = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<ConfigurationError> All => _errors;

    public void Add(string key, object? value, string problem, string fix) => Add(new ConfigurationError(key, value?.ToString(), problem, fix));

    public void Add(ConfigurationError error)
    {
        if (_keys.Add(error.Key))
        {
            _errors.Add(error);
        }
    }
}
