namespace FeBeRelay.Conformance;

/// <summary>What this project's own endpoints do not pass, each case with its reason.</summary>
internal static class Exceptions
{
    private const string NeedsParser = "a `stream` endpoint parses nothing: what needs a parser is an `http` endpoint's";
    private const string Kestrel = "Kestrel keeps fields by name: the order of fields, and the case of names that it knows, are its own";

    public static IReadOnlyDictionary<string, string> Stream { get; } = new Dictionary<string, string>
    {
        ["9b"] = NeedsParser,
        ["10b"] = NeedsParser,
        ["27c"] = "a `stream` endpoint reads nothing, so it tells nothing: ambiguous requests arrive as they are (27b)",
    };

    public static IReadOnlyDictionary<string, string> Http { get; } = new Dictionary<string, string>
    {
        ["5b"] = "Kestrel refuses bytes above 0x7F and `%00` in a path with 400",
        ["6b"] = Kestrel,
        ["6d"] = Kestrel,
        ["19b"] = "chunks of a request are read and written anew; content and trailers stay (19a)",
        ["19e"] = "Kestrel refuses space before a chunk's extension; no client is known that sends it",
        ["27b"] = "ambiguous requests do not arrive as they are: they are refused (27a)",
        ["29"] = "an `http` endpoint reads requests; TLS inside is for `stream`",
        ["32"] = "an `http` endpoint speaks HTTP; IMAP, POP3 and SMTP are for `stream`",
    };
}
