using FeBeRelay.Channel.Identity;

namespace FeBeRelay.Relay.Configuration;

/// <summary>Opens what the configuration names: certificate, key, roots. A node with these errors would not start.</summary>
internal static class IdentityChecks
{
    /// <summary>The check, on a clock.</summary>
    public static ConfigurationCheck Create(TimeProvider time) => configuration => Check(configuration, time);

    private static IEnumerable<ConfigurationError> Check(NodeConfiguration configuration, TimeProvider time)
    {
        if (Problem(() => NodeOptionsFactory.LoadCertificate(configuration, time).Dispose()) is { } certificate)
        {
            yield return Error("node:certificate:path", configuration.Node.Certificate.Path, certificate);
        }
        if (Problem(() => TrustedRoots.Load(configuration.Node.TrustedRoots)) is { } roots)
        {
            yield return Error("node:trustedRoots", string.Join(", ", configuration.Node.TrustedRoots), roots);
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

    private static ConfigurationError Error(string key, string value, string problem) =>
        new(key, value, $"is not usable: {problem}", "feberelay certs show FILE lists what is wrong with a certificate");
}
