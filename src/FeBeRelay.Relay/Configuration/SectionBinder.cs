using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Configuration;

/// <summary>
/// Turns configuration sections into the records, reporting all that does not fit. Always returns a record: what could not be read keeps its
/// default or a placeholder, its key has an error.
/// </summary>
internal sealed class SectionBinder(ValueReader reader, ConfigurationErrors errors)
{
    private static readonly string[] SecretNames = ["password", "passphrase", "secret", "token", "pin"];

    private static readonly string[] AllPaths = [.. ConfigurationKey.Tree(typeof(NodeConfiguration)).Select(entry => entry.Path)];

    public T Bind<T>(IConfiguration section, IReadOnlySet<string> otherKeys)
        => (T)BindSection(section, typeof(T), otherKeys);

    private object BindSection(IConfiguration section, Type type, IReadOnlySet<string>? otherKeys = null)
    {
        var record = Activator.CreateInstance(type)!;
        var keys = ConfigurationKey.Of(type);
        ReportUnknownKeys(section, keys, otherKeys);
        foreach (var key in keys)
        {
            if ((BindKey(section.GetSection(key.Name), key) ?? Placeholder(key)) is { } value)
            {
                key.Property.SetValue(record, value);
            }
        }

        return record;
    }

    private void ReportUnknownKeys(IConfiguration section, IReadOnlyList<ConfigurationKey> keys, IReadOnlySet<string>? otherKeys)
    {
        foreach (var child in section.GetChildren())
        {
            if (otherKeys?.Contains(child.Key) != true && !keys.Any(key => key.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)))
            {
                // Nobody knows what a stranger's value is; one that calls itself a secret is not repeated on a terminal or in a log.
                var value = SecretNames.Any(name => child.Key.Contains(name, StringComparison.OrdinalIgnoreCase)) ? "(hidden)" : child.Value;
                errors.Add(child.Path, value, "is not a known key", KeySuggestion.For(child.Key, keys, AllPaths));
            }
        }
    }

    private object? BindKey(IConfigurationSection section, ConfigurationKey key)
    {
        if (section.Value is null && !section.GetChildren().Any())
        {
            return key.IsRequired ? BindMissing(section, key) : null;
        }

        return key.Shape switch
        {
            KeyShape.List => BindList(section, key),
            KeyShape.Dictionary => BindDictionary(section, key),
            KeyShape.Section => BindNamedSection(section, key.Name, key.ElementType),
            _ => reader.Read(section, key),
        };
    }

    private object? BindMissing(IConfigurationSection section, ConfigurationKey key)
    {
        if (key.Shape == KeyShape.Section)
        {
            return BindSection(section, key.ElementType);
        }

        errors.Add(section.Path, null, "is missing", ValueReader.AddFix(key));
        return null;
    }

    private Array BindList(IConfigurationSection section, ConfigurationKey key)
    {
        var children = section.GetChildren().ToArray();
        if (!string.IsNullOrEmpty(section.Value) || !children.All(child => int.TryParse(child.Key, out _)))
        {
            errors.Add(section.Path, section.Value, "must be a list", $"write \"{key.Name}\": {key.Example ?? "[ ... ]"}");
            children = [];
        }
        else if (children.Length == 0 && key.MustHaveElements)
        {
            errors.Add(section.Path, "[]", "must not be empty", ValueReader.AddFix(key));
        }

        var list = Array.CreateInstance(key.ElementType, children.Length);
        for (var i = 0; i < children.Length; i++)
        {
            var element = key.HasSections ? BindNamedSection(children[i], key.Name, key.ElementType) : reader.Read(children[i], key) ?? EmptyValue(key);
            list.SetValue(element, i);
        }

        return list;
    }

    private System.Collections.IDictionary BindDictionary(IConfigurationSection section, ConfigurationKey key)
    {
        var dictionary = NewDictionary(key.ElementType);
        if (!string.IsNullOrEmpty(section.Value))
        {
            errors.Add(section.Path, section.Value, "must be a section of names", $"write \"{key.Name}\": {key.Example ?? "{ \"name\": { ... } }"}");
        }

        foreach (var child in section.GetChildren())
        {
            if (key.Form is { } form && !ValueReader.Matches(form, child.Key))
            {
                errors.Add(child.Path, null, $"is not a valid name: it must be {form.Meaning}", "rename it");
            }

            dictionary[child.Key] = BindNamedSection(child, child.Key, key.ElementType);
        }

        return dictionary;
    }

    private object BindNamedSection(IConfigurationSection section, string name, Type type)
    {
        if (section.Value is not null)
        {
            errors.Add(section.Path, section.Value, "must be a section of keys", $"write \"{name}\": {{ ... }}");
        }

        return BindSection(section, type);
    }

    // Later rules read required members without asking whether they could be had.
    private static object? Placeholder(ConfigurationKey key)
        => !key.IsRequired ? null : key.Shape switch
        {
            KeyShape.List => Array.CreateInstance(key.ElementType, 0),
            KeyShape.Dictionary => NewDictionary(key.ElementType),
            _ => EmptyValue(key),
        };

    private static object? EmptyValue(ConfigurationKey key) => key.ElementType == typeof(string) ? "" : Activator.CreateInstance(key.ElementType);

    private static System.Collections.IDictionary NewDictionary(Type elementType)
        => (System.Collections.IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), elementType), StringComparer.OrdinalIgnoreCase)!;
}
