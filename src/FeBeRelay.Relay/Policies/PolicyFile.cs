using System.Text.Json;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Configuration.Validation;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Policies;

/// <summary>What a policy file came to: a policy, or all of its errors.</summary>
internal sealed record PolicyFileResult(NodePolicy? Policy, IReadOnlyList<ConfigurationError> Errors);

/// <summary>
/// A policy that does not stand in this node's own configuration: JSON of one policy (posture and rules), or a node's configuration, of which the
/// section policy is read and nothing else.
/// </summary>
internal static class PolicyFile
{
    private static readonly HashSet<string> NoOtherKeys = ["$schema"];

    public static PolicyFileResult Load(string path)
    {
        var errors = new ConfigurationErrors();
        var policy = Read(path, errors) is { } values ? Bind(path, values, errors) : null;
        return errors.All.Count == 0 ? new PolicyFileResult(policy, []) : new PolicyFileResult(null, errors.All);
    }

    private static NodePolicy? Bind(string path, IConfigurationRoot values, ConfigurationErrors errors)
    {
        var binder = new SectionBinder(new ValueReader(Path.GetDirectoryName(Path.GetFullPath(path))!, errors), errors);
        if (values.GetSection("policy").Exists() || values.GetSection("node").Exists())
        {
            var settings = binder.Bind<PolicySettings>(values.GetSection("policy"), NoOtherKeys);
            PolicyValidator.Validate(settings, errors);
            return NodePolicyFactory.Find(settings, settings.Assigned);
        }

        var policy = binder.Bind<NodePolicySettings>(values, NoOtherKeys);
        var name = Path.GetFileNameWithoutExtension(path);
        PolicyValidator.ValidatePolicy("", name, policy, errors);
        return NodePolicyFactory.Create(name, policy);
    }

    private static IConfigurationRoot? Read(string path, ConfigurationErrors errors)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return new ConfigurationBuilder().AddJsonStream(stream).AddInMemoryCollection(PolicyAssignment.Read(path)).Build();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            errors.Add("", path, $"cannot be read as a policy: {exception.Message.TrimEnd('.')}", "name a posture, or a JSON file with one policy or a node's configuration");
            return null;
        }
    }
}
