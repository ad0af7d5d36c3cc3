using Xunit;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>Counts what was checked and gathers what came out otherwise.</summary>
internal sealed class Differences
{
    private readonly List<string> _found = [];
    private int _checked;

    public void Check(string name, bool asExpected)
    {
        _checked++;
        if (!asExpected)
        {
            _found.Add(name);
        }
    }

    /// <summary>No difference; and the number is exact, so that a reader that loses vectors is noticed.</summary>
    public void AssertNone(int expectedCount)
    {
        Assert.True(_found.Count == 0, $"{_found.Count} of {_checked} differ:\n{string.Join('\n', _found.Take(20))}");
        Assert.Equal(expectedCount, _checked);
    }
}
