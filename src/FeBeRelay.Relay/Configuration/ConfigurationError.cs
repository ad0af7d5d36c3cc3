using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Configuration;

/// <summary>One thing wrong with a configuration, in a form an administrator can act on.</summary>
/// <param name="Key">The key, parts joined by colons (<c>relay:endpoints:owa:node</c>); empty when the file as a whole is meant.</param>
/// <param name="Value">What was found there; null when it is missing or is a section.</param>
/// <param name="Problem">What is wrong with it, a clause that follows the key.</param>
/// <param name="Fix">What to write instead.</param>
public sealed record ConfigurationError(string Key, string? Value, string Problem, string Fix)
{
    /// <summary>Where the value came from: the file's name, <c>environment</c> or <c>--set</c>.</summary>
    public string Origin { get; init; } = "";
}

/// <summary>A further look at a configuration whose own rules have been checked, such as opening its certificates.</summary>
public delegate IEnumerable<ConfigurationError> ConfigurationCheck(NodeConfiguration configuration);

/// <summary>What loading came to: a configuration, or all of its errors.</summary>
internal sealed record ConfigurationLoadResult(NodeConfiguration? Configuration, IConfigurationRoot Values, IReadOnlyList<ConfigurationError> Errors)
{
    [MemberNotNullWhen(true, nameof(Configuration))]
    public bool IsValid => Configuration is not null;
}
