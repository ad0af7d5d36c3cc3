using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Testing.Secrets;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Agreements;

/// <summary>Neither side of the border to OpenSSL keeps what was agreed.</summary>
public sealed class AgreedSecretsInMemoryTests
{
    public static TheoryData<string, string> Cases => Implementations.WithGroups();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_agreed_secrets_none_is_left_in_memory(string name, string group)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc/self/mem is a Linux matter");
        Group of = Group.Find(group)!;
        var agreed = new HashSet<MaskedSecret>();
        for (int i = 0; i < (of == Group.P256 ? 500 : 50); i++)
        {
            using KeyShare one = New(name, of), other = New(name, of);
            using Secret shared = one.Agree(other.Public);
            agreed.Add(MaskedSecret.Of(shared.Span));
            // As OpenSSL calculates with it: least byte first.
            shared.Span.Reverse();
            agreed.Add(MaskedSecret.Of(shared.Span));
        }

        using var control = new Secret(RandomNumberGenerator.GetBytes(16));
        MaskedSecret kept = MaskedSecret.Of(control.Span);
        Assert.Equal([kept], MemorySearch.Find([.. agreed, kept], out _));
    }

    private static KeyShare New(string name, Group group) => new(group, Implementations.Of(name).Create(group));
}
