using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace FeBeRelay.Relay.Configuration;

/// <summary>What a key holds, as far as its reading differs.</summary>
internal enum KeyShape
{
    Value,
    List,
    Dictionary,
    Section,
}

/// <summary>One key of a section: a property of its record, with what the attributes say of it.</summary>
internal sealed class ConfigurationKey
{
    public ConfigurationKey(PropertyInfo property)
    {
        Property = property;
        Name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
        (Shape, ElementType) = Classify(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
    }

    public PropertyInfo Property { get; }

    /// <summary>As documentation and messages write it; reading ignores case.</summary>
    public string Name { get; }

    public KeyShape Shape { get; }

    /// <summary>Type of the value, of a list's or dictionary's elements, or the section's record.</summary>
    public Type ElementType { get; }

    public bool IsRequired => Property.IsDefined(typeof(RequiredMemberAttribute));

    /// <summary>Whether a list's or dictionary's elements are sections of keys.</summary>
    public bool HasSections => IsSection(ElementType);

    public bool IsFile => Property.IsDefined(typeof(ExistingFileAttribute));

    /// <summary>Whether a value of a file may also be an http or https address.</summary>
    public bool MayBeAddress => Property.GetCustomAttribute<ExistingFileAttribute>() is { OrAddress: true };

    public bool MustHaveElements => Property.IsDefined(typeof(MinLengthAttribute));

    public string Description => Property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";

    public string? Example => Property.GetCustomAttribute<ExampleAttribute>()?.Json;

    public RangeAttribute? Range => Property.GetCustomAttribute<RangeAttribute>();

    public FormAttribute? Form => Property.GetCustomAttribute<FormAttribute>();

    public AllowedValuesAttribute? AllowedValues => Property.GetCustomAttribute<AllowedValuesAttribute>();

    public static IReadOnlyList<ConfigurationKey> Of(Type section)
        => [.. section.GetProperties().Where(property => property.SetMethod is not null).Select(property => new ConfigurationKey(property))];

    /// <summary>Every key below a section with its path; a dictionary's names stand as <c>NAME</c>, a list's elements as <c>0</c>.</summary>
    public static IEnumerable<(string Path, ConfigurationKey Key)> Tree(Type section, string prefix = "")
    {
        foreach (var key in Of(section))
        {
            var path = prefix + key.Name;
            yield return (path, key);

            if (!IsSection(key.ElementType))
            {
                continue;
            }

            var into = key.Shape switch { KeyShape.Dictionary => ":NAME:", KeyShape.List => ":0:", _ => ":" };
            foreach (var below in Tree(key.ElementType, path + into))
            {
                yield return below;
            }
        }
    }

    private static (KeyShape Shape, Type ElementType) Classify(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return (KeyShape.List, type.GetGenericArguments()[0]);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return (KeyShape.Dictionary, type.GetGenericArguments()[1]);
        }

        return (IsSection(type) ? KeyShape.Section : KeyShape.Value, type);
    }

    private static bool IsSection(Type type) => type.IsClass && type != typeof(string) && type != typeof(IPAddress);
}
