using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using Xunit;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

public sealed class KnownAnswersTests
{
    [Fact]
    public void The_platform_of_the_tests_knows_all_answers() => Assert.Empty(KnownAnswers.Failures());

    [Fact]
    public void A_wrong_answer_and_one_that_cannot_be_given_are_named()
    {
        (string, Func<bool>)[] tests =
        [
            ("right", () => true),
            ("wrong", () => false),
            ("broken", () => throw new CryptographicException("no provider")),
            ("missing", () => throw new PlatformNotSupportedException()),
        ];

        Assert.Equal(["wrong", "broken", "missing"], KnownAnswers.Failures(tests));
    }
}
