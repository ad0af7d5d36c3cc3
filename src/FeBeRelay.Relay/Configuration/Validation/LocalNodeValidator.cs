namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>node</c>.</summary>
internal static class LocalNodeValidator
{
    private static readonly string[] ContainerExtensions = [".p12", ".pfx"];

    public static void Validate(LocalNodeSettings node, ConfigurationErrors errors)
    {
        ReportRepetitions("node:suites", node.Suites, errors);
        ReportRepetitions("node:groups", node.Groups, errors);

        var certificate = node.Certificate;
        if (certificate.KeyPath is not null && ContainerExtensions.Contains(Path.GetExtension(certificate.Path), StringComparer.OrdinalIgnoreCase))
        {
            errors.Add("node:certificate:keyPath", certificate.KeyPath, "does not go with a PKCS#12 file, which holds its own key", "remove keyPath, or name a PEM file in node:certificate:path");
        }
    }

    private static void ReportRepetitions(string key, IReadOnlyList<string> values, ConfigurationErrors errors)
    {
        for (var i = 1; i < values.Count; i++)
        {
            if (values.Take(i).Contains(values[i]))
            {
                errors.Add($"{key}:{i}", values[i], "is listed twice", "remove one; the first place counts as the preference");
            }
        }
    }
}
