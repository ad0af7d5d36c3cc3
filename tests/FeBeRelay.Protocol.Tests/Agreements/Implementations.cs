using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Cryptography.OpenSsl;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Agreements;

/// <summary>The key agreements that this machine has, by name.</summary>
internal static class Implementations
{
    private static readonly Dictionary<string, IKeyAgreement> ByName = All();

    public static IKeyAgreement Of(string name) => ByName[name];

    public static IEnumerable<IKeyAgreement> Each => ByName.Values;

    /// <summary>Each with each group.</summary>
    public static TheoryData<string, string> WithGroups()
    {
        var cases = new TheoryData<string, string>();
        foreach (string name in ByName.Keys)
        {
            cases.Add(name, Group.P256.Name);
            cases.Add(name, Group.P384.Name);
        }
        return cases;
    }

    private static Dictionary<string, IKeyAgreement> All()
    {
        var all = new Dictionary<string, IKeyAgreement> { [".NET"] = new PlatformKeyAgreement() };
        if (OpenSslKeyAgreement.TryLoad() is { } openSsl)
        {
            all.Add("OpenSSL", openSsl);
        }
        return all;
    }
}
