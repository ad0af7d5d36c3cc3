using System.Diagnostics.CodeAnalysis;

namespace FeBeRelay.Protocol.Policy;

/// <summary>A preset: one rule for all traffic, under a name that administrators know. Nothing but policies is made of postures.</summary>
public sealed record Posture
{
    private Posture(string name, string title, PolicyRule rule)
    {
        Name = name;
        Title = title;
        Rule = rule with { Name = name };
    }

    /// <summary>Client (Respond Only).</summary>
    public static Posture Client { get; } =
        new("client", "Client (Respond Only)", new PolicyRule { Name = "", Action = FilterAction.Respond });

    /// <summary>Server (Request Security).</summary>
    public static Posture Server { get; } =
        new("server", "Server (Request Security)", new PolicyRule { Name = "", Action = FilterAction.Negotiate, InPass = true, Soft = true, Ratchet = true });

    /// <summary>Secure Server (Require Security). Unlike the example that Windows ships it has no <c>inpass</c>.</summary>
    public static Posture SecureServer { get; } =
        new("secureServer", "Secure Server (Require Security)", new PolicyRule { Name = "", Action = FilterAction.Negotiate });

    /// <summary>The one that Windows 2000 lacks.</summary>
    public static Posture RequireInRequestOut { get; } =
        new("requireInRequestOut", "Require in, request out", new PolicyRule { Name = "", Action = FilterAction.Negotiate, Soft = true, Ratchet = true });

    /// <summary>All of them, the most open first.</summary>
    public static IReadOnlyList<Posture> All { get; } = [Client, Server, RequireInRequestOut, SecureServer];

    /// <summary>Name in configuration and reports.</summary>
    public string Name { get; }

    /// <summary>For people.</summary>
    public string Title { get; }

    /// <summary>What it comes to, for traffic that no rule of a policy's own is about.</summary>
    public PolicyRule Rule { get; }

    /// <summary>The posture of that name, case aside.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out Posture? posture)
    {
        posture = All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return posture is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
