using Microsoft.Extensions.Configuration;

namespace FeBeRelay.Relay.Configuration.Validation;

/// <summary>Section <c>node</c>.</summary>
internal static class LocalNodeValidator
{
    private static readonly string[] ContainerExtensions = [".p12", ".pfx"];

    public static void Validate(LocalNodeSettings node, IConfiguration values, ConfigurationErrors errors)
    {
        ReportRepetitions("node:suites", node.Suites, errors);
        ReportRepetitions("node:groups", node.Groups, errors);

        ValidateCertificate(node.Certificate, values.GetSection("node:certificate"), errors);
    }

    private static void ValidateCertificate(CertificateSettings certificate, IConfigurationSection values, ConfigurationErrors errors)
    {
        if (values["store"] is null)
        {
            ValidateFiles(certificate, values, errors);
            return;
        }
        if (values["subject"] is null)
        {
            errors.Add("node:certificate:subject", null, "is missing", "add \"subject\": \"fe1.lab.test\" (a DNS name of the certificate to take from the store)");
        }
        foreach (var (key, path) in new[] { ("path", certificate.Path), ("keyPath", certificate.KeyPath), ("passwordFile", certificate.PasswordFile), ("passwordVariable", certificate.PasswordVariable) })
        {
            if (path is not null)
            {
                errors.Add($"node:certificate:{key}", path, "does not go with store, which holds certificate and key", $"remove {key}, or store and subject");
            }
        }
    }

    private static void ValidateFiles(CertificateSettings certificate, IConfigurationSection values, ConfigurationErrors errors)
    {
        // What is there and does not fit has been told already.
        if (values["path"] is null)
        {
            errors.Add(
                "node:certificate:path", null, "is missing", "add \"path\": \"fe1.pem\" (the certificate, with its chain: a PEM file, or PKCS#12 with the key inside), or \"store\" and \"subject\"");
        }
        else if (certificate.KeyPath is not null && ContainerExtensions.Contains(Path.GetExtension(certificate.Path), StringComparer.OrdinalIgnoreCase))
        {
            errors.Add("node:certificate:keyPath", certificate.KeyPath, "does not go with a PKCS#12 file, which holds its own key", "remove keyPath, or name a PEM file in node:certificate:path");
        }
        if (certificate is { PasswordFile: not null, PasswordVariable: { } variable })
        {
            errors.Add("node:certificate:passwordVariable", variable, "does not go with passwordFile", "remove one of the two");
        }
        if (certificate.Subject is not null)
        {
            errors.Add("node:certificate:subject", certificate.Subject, "is for certificates of a store", "remove subject, or add \"store\": \"LocalMachine/My\"");
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
