using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Kerberos;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Opens what the configuration names: certificate, key, roots. A node with these errors would not start.</summary>
internal static class IdentityChecks
{
    /// <summary>The check, on a clock.</summary>
    public static ConfigurationCheck Create(TimeProvider time) => configuration => Check(configuration, time);

    private static IEnumerable<ConfigurationError> Check(NodeConfiguration configuration, TimeProvider time)
    {
        var certificate = configuration.Node.Certificate;
        if (Problem(() => NodeOptionsFactory.LoadCertificate(configuration, time).Dispose()) is { } problem)
        {
            yield return Error(problem, [
                ("node:certificate:path", certificate.Path),
                ("node:certificate:keyPath", certificate.KeyPath),
                ("node:certificate:passwordFile", certificate.PasswordFile),
                ("node:certificate:passwordVariable", certificate.PasswordVariable),
                ("node:certificate:subject", NodeOptionsFactory.StoreOf(certificate)?.ToString()),
            ]);
        }

        for (var i = 0; i < configuration.Node.TrustedRoots.Count; i++)
        {
            var root = configuration.Node.TrustedRoots[i];
            if (Problem(() => TrustedRoots.Load([root])) is { } refusal)
            {
                yield return Error(refusal, [($"node:trustedRoots:{i}", root)]);
            }
        }

        foreach (var error in CheckKeys(configuration.Node).Concat(CheckKerberos(configuration.Node)))
        {
            yield return error;
        }
    }

    private static IEnumerable<ConfigurationError> CheckKerberos(LocalNodeSettings node)
    {
        if (node.Kerberos.IsOn && Problem(() => KerberosNode.Check(node.Kerberos.Keytab)) is { } refusal)
        {
            yield return Error(refusal, [("node:kerberos:keytab", node.Kerberos.Keytab)]);
        }
    }

    private static IEnumerable<ConfigurationError> CheckKeys(LocalNodeSettings node)
    {
        foreach (var (name, settings) in node.PreSharedKeys)
        {
            if (Problem(() => PreSharedKeyFile.Load(name, settings.Path).Dispose()) is { } refusal)
            {
                yield return Error(refusal, [($"node:preSharedKeys:{name}:path", settings.Path)]);
            }
        }
    }

    private static string? Problem(Action open)
    {
        try
        {
            open();
            return null;
        }
        catch (IdentityException e)
        {
            return e.Message;
        }
    }

    /// <summary>The message reads "file: what is wrong; what to do": the file tells the key, the end is the fix.</summary>
    private static ConfigurationError Error(string message, (string Key, string? Path)[] keys)
    {
        var (key, path) = keys.FirstOrDefault(entry => entry.Path is not null && message.StartsWith(entry.Path + ": ", StringComparison.Ordinal), keys[0]);
        var text = message.StartsWith(path + ": ", StringComparison.Ordinal) ? message[(path!.Length + 2)..] : message;
        var split = text.LastIndexOf("; ", StringComparison.Ordinal);
        return split < 0
            ? new ConfigurationError(key, path, $"cannot be used: {text}", "feberelay certs show FILE lists what is wrong with a certificate")
            : new ConfigurationError(key, path, $"cannot be used: {text[..split]}", text[(split + 2)..]);
    }
}
