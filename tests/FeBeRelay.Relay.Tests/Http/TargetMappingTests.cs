using FeBeRelay.Relay.Http;
using Xunit;

namespace FeBeRelay.Relay.Tests.Http;

public sealed class TargetMappingTests
{
    [Theory]
    // Nothing changed.
    [InlineData("/a%2Fb/./c?q=%20", "/a/b/./c", "/a/b/./c", "/unused", "/a%2Fb/./c?q=%20")]
    // A prefix put on.
    [InlineData("/x%252F?q", "/x%2F", "/owa/x%2F", "/unused", "/owa/x%252F?q")]
    [InlineData("/a%2Fb", "/a/b", "/new%20place/a/b", "/unused", "/new%20place/a%2Fb")]
    [InlineData("/a%2Fb", "/a/b", "/new place/a/b", "/unused", "/new%20place/a%2Fb")]
    // A prefix taken off, written as it is or encoded or in another case.
    [InlineData("/owa/a%2Fb//c/../d?x=/owa", "/owa/a/b//c/../d", "/a/b//c/../d", "/unused", "/a%2Fb//c/../d?x=/owa")]
    [InlineData("/%6Fwa/a%2Fb", "/owa/a/b", "/a/b", "/unused", "/a%2Fb")]
    [InlineData("/OWA/a%2Fb", "/OWA/a/b", "/a/b", "/unused", "/a%2Fb")]
    [InlineData("/%C3%A4/a%2Fb", "/\u00e4/a/b", "/a/b", "/unused", "/a%2Fb")]
    // Changed otherwise: written anew.
    [InlineData("/a/b?q=1", "/a/b", "/c", "/c", "/c?q=1")]
    [InlineData("/a/b", "/a/b", "/b/a", "/b/a", "/b/a")]
    public void Prefixes_are_put_on_and_taken_off_the_bytes_that_came(string raw, string path, string changed, string rewritten, string expected) =>
        Assert.Equal(expected, TargetMapping.Map(raw, path, changed, rewritten));

    [Theory]
    [InlineData("/a?b?c", "/a", "?b?c")]
    [InlineData("/a?", "/a", "?")]
    [InlineData("?", "", "?")]
    [InlineData("/a#f", "/a#f", "")]
    public void A_target_is_split_at_the_first_question_mark(string target, string path, string query) => Assert.Equal((path, query), TargetMapping.Split(target));
}
