using System.Globalization;
using System.Text;

namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>Bytes of one client that may hide a second request, in Latin-1.</summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="Text">With <see cref="Own"/> in its request line.</param>
/// <param name="Passes">It is one request by every reading, and is passed on; others are refused.</param>
/// <param name="IsUnfinished">By some readings more is to come: the client ends its bytes behind it.</param>
/// <param name="Refusal">How it is refused: with a status, or by an end or a cut without one.</param>
internal sealed record SmugglingVariant(string Name, string Text, bool Passes = false, bool IsUnfinished = false, string Refusal = "400")
{
    /// <summary>Stands for the target, which is as long.</summary>
    public const string Own = "/v###";

    /// <summary>The request that nobody may see.</summary>
    public const string Hidden = $"GET /hidden{Own} HTTP/1.1\r\nHost: h\r\n\r\n";

    /// <summary>Refused by a mere end of the connection.</summary>
    public const string Ended = "ended";

    /// <summary>Refused by a reset.</summary>
    public const string Cut = "cut";

    /// <summary>The start of most variants.</summary>
    public const string Post = $"POST {Own} HTTP/1.1\r\nHost: h\r\n";

    public string BytesFor(int number) => Text.Replace(Own, string.Create(CultureInfo.InvariantCulture, $"/v{number:D3}"), StringComparison.Ordinal);

    /// <summary>Characters that cannot be seen are named.</summary>
    public static string Show(string text)
    {
        var shown = new StringBuilder();
        foreach (char c in text)
        {
            shown.Append(c is < ' ' or > '~' ? string.Create(CultureInfo.InvariantCulture, $"<{(int)c:x2}>") : c.ToString());
        }
        return shown.ToString();
    }
}
