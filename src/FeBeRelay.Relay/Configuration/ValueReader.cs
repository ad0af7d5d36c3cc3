using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Reads one value and holds it against its key's type, range, form and list of choices; null and an error if it does not fit.</summary>
internal sealed class ValueReader(string folder, ConfigurationErrors errors)
{
    private static readonly TimeSpan FormTimeout = TimeSpan.FromSeconds(1);

    /// <summary>What to add for a key that is missing.</summary>
    public static string AddFix(ConfigurationKey key)
        => $"add \"{key.Name}\"{(key.Example is { } example ? ": " + example : "")} ({key.Description.TrimEnd('.')})";

    public static bool Matches(FormAttribute form, string text)
        => Regex.IsMatch(text, form.Pattern, RegexOptions.CultureInvariant, FormTimeout) && !text.EndsWith('\n');

    public object? Read(IConfigurationSection section, ConfigurationKey key)
    {
        if (section.GetChildren().Any())
        {
            return Refuse(section, $"must be {Noun(key)}, not a section or list", ExampleFix(key));
        }

        if (string.IsNullOrEmpty(section.Value))
        {
            return Refuse(section, "must not be empty", ExampleFix(key));
        }

        var text = section.Value;
        return key.ElementType switch
        {
            var type when type == typeof(int) => ReadNumber(section, text, key),
            var type when type == typeof(bool) => bool.TryParse(text, out var flag)
                ? flag : Refuse(section, "must be true or false", "write true or false, without quotes"),
            var type when type == typeof(EndpointAddress) => EndpointAddress.TryParse(text, out var address)
                ? address : Refuse(section, "is not an address", $"write {EndpointAddress.Forms}"),
            var type when type == typeof(System.Net.IPAddress) => EndpointAddress.TryParseNumeric(text, out var address)
                ? address : Refuse(section, "is not an IP address", ExampleFix(key)),
            _ => ReadText(section, text, key),
        };
    }

    private object? ReadNumber(IConfigurationSection section, string text, ConfigurationKey key)
    {
        var (minimum, maximum) = key.Range is { } range ? ((int)range.Minimum, (int)range.Maximum) : (int.MinValue, int.MaxValue);
        var limits = string.Create(CultureInfo.InvariantCulture, $"{minimum} to {maximum}");
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return Refuse(section, "must be a whole number", $"write a number, {limits}");
        }

        return number < minimum || number > maximum
            ? Refuse(section, $"is out of range: {limits}", $"write a number, {limits} ({key.Description.TrimEnd('.')})")
            : (int)number;
    }

    private object? ReadText(IConfigurationSection section, string text, ConfigurationKey key)
    {
        if (key.AllowedValues is { } choices && !choices.Values.Contains(text))
        {
            return Refuse(section, "is not one of the choices", $"write one of {string.Join(", ", choices.Values.Select(choice => $"\"{choice}\""))}");
        }

        // A dictionary's form is that of its names.
        if (key.Form is { } form && !Matches(form, text))
        {
            return Refuse(section, $"must be {form.Meaning}", ExampleFix(key));
        }

        return key.IsFile && !(key.MayBeAddress && IsAddress(text)) ? ReadFilePath(section, text) : text;
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    private object? ReadFilePath(IConfigurationSection section, string text)
    {
        var path = Path.GetFullPath(text, folder);
        return File.Exists(path)
            ? path
            : Refuse(section, $"names a file that does not exist or may not be read: {path}", $"correct the path (relative to {folder}) or create the file");
    }

    private object? Refuse(IConfigurationSection section, string problem, string fix)
    {
        errors.Add(section.Path, section.Value, problem, fix);
        return null;
    }

    private static string Noun(ConfigurationKey key)
        => key.ElementType == typeof(int) ? "a number" : key.ElementType == typeof(bool) ? "true or false" : "a text";

    private static string ExampleFix(ConfigurationKey key)
        => key.Example is { } example ? $"write it like {example} ({key.Description.TrimEnd('.')})" : key.Description.TrimEnd('.');
}
