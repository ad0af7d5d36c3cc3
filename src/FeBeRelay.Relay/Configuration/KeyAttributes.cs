namespace FeBeRelay.Relay.Configuration;

/// <summary>A value an administrator might write there; shown in the fix of an error and in the JSON schema.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ExampleAttribute(string json) : Attribute
{
    /// <summary>The value as it stands in a JSON file.</summary>
    public string Json { get; } = json;
}

/// <summary>The value names a file, relative to the configuration file's folder, that must exist.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ExistingFileAttribute : Attribute
{
    /// <summary>Whether it may also be an http or https address.</summary>
    public bool OrAddress { get; init; }
}

/// <summary>Text of a fixed form; a list's or dictionary's constraint holds for each of its elements or keys.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FormAttribute(string pattern, string meaning) : Attribute
{
    /// <summary>A regular expression over the whole value.</summary>
    public string Pattern { get; } = pattern;

    /// <summary>The same in words, to follow "must be".</summary>
    public string Meaning { get; } = meaning;
}
