using FeBeRelay.Channel.Identity;
using FeBeRelay.Channel.Identity.Revocation;
using FeBeRelay.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity.Pkits;

/// <summary>NIST's 224 cases of path validation through <see cref="PeerCertificateVerifier"/>, with each person made a node (<see cref="NodeLeaf"/>).</summary>
public sealed class PkitsTests
{
    private const int Cases = 224;

    private static readonly DateTimeOffset Now = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_case_is_judged_as_nist_says_or_differs_for_a_reason_that_is_listed()
    {
        PkitsFiles files = PkitsFiles.Get();
        PeerCertificateVerifier verifier = Verifier(files);
        List<string> names = [.. PkitsFiles.Names()];
        IEnumerable<string> unexplained = names.Select(name => Difference(name, verifier.Verify(PkitsPath.Of(files, name), PeerRole.Responder))).OfType<string>();
        Assert.Empty(unexplained);
        Assert.Equal(Cases, names.Count);
    }

    /// <summary>Unknown is refused, as PKITS has it.</summary>
    [Fact]
    public void With_their_lists_every_case_that_nist_calls_invalid_is_refused_and_few_others()
    {
        PkitsFiles files = PkitsFiles.Get();
        PeerCertificateVerifier verifier = Verifier(files);
        List<string> unexplained = [];
        foreach (string name in PkitsFiles.Names())
        {
            verifier.ReplaceTrust(TrustedRoots.FromCertificates(files.Anchor), new RevocationLists([.. PkitsFiles.ListsOf(name).Select(TryParse).OfType<RevocationList>()], refusesUnknown: true));
            PeerVerdict verdict = verifier.Verify(PkitsPath.Of(files, name), PeerRole.Responder);
            bool isValid = !name.StartsWith("Invalid", StringComparison.Ordinal) && !PkitsDifferences.InvalidByText.Contains(name);
            bool isStricter = PkitsDifferences.Stricter.Values.Any(names => names.Contains(name)) || PkitsDifferences.StricterWithLists.Contains(name);
            bool isExpected = PkitsDifferences.InDeltaListOnly.Contains(name) || (isValid && !isStricter);
            if (verdict.IsAccepted != isExpected)
                unexplained.Add($"{name}: {verdict.Problem?.Explanation ?? "accepted"}");
        }
        Assert.True(unexplained.Count == 0, string.Join('\n', unexplained));
    }

    [Fact]
    public void As_they_are_nobody_of_pkits_is_a_node()
    {
        PkitsFiles files = PkitsFiles.Get();
        PeerCertificateVerifier verifier = Verifier(files);
        Assert.All(PkitsFiles.Names(), name => Assert.False(verifier.Verify([.. files.CertificatesOf(name).Select(one => one.RawData)], PeerRole.Responder).IsAccepted));
    }

    private static RevocationList? TryParse(byte[] list)
    {
        try
        {
            return RevocationList.Parse(list, "mail");
        }
        catch (IdentityException)
        {
            // Delta, indirect, partitioned, or not a list: no configuration could name it.
            return null;
        }
    }

    private static PeerCertificateVerifier Verifier(PkitsFiles files)
    {
        using var authority = TestAuthority.Create(now: Now);
        using var own = authority.Issue("own");
        return new PeerCertificateVerifier(TrustedRoots.FromCertificates(files.Anchor), new FakeTimeProvider(Now), own.RawData);
    }

    private static string? Difference(string name, PeerVerdict verdict)
    {
        bool isValid = !name.StartsWith("Invalid", StringComparison.Ordinal) && !PkitsDifferences.InvalidByText.Contains(name);
        IdentityRefusal? stricter = PkitsDifferences.Stricter.Where(pair => pair.Value.Contains(name)).Select(pair => (IdentityRefusal?)pair.Key).SingleOrDefault();
        bool isAsListed = (isValid || PkitsDifferences.Revocation.Contains(name)) && stricter is null
            ? verdict.IsAccepted
            : !verdict.IsAccepted && (stricter is null || stricter == verdict.Problem.Refusal);
        return isAsListed ? null : $"{name}: {verdict.Problem?.Explanation ?? "accepted"}";
    }
}
