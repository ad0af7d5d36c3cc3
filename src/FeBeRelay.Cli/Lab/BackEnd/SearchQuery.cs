using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>The little of the SQL of a SEARCH that the lab needs: the selected properties, and a text the subject has to contain.</summary>
internal sealed partial record SearchQuery(IReadOnlyList<XName> Properties, string SubjectContains)
{
    public static SearchQuery Parse(XElement request)
    {
        string sql = request.Element(DavNames.Sql)?.Value ?? "";
        int from = sql.IndexOf("FROM", StringComparison.OrdinalIgnoreCase);
        string selection = from < 0 ? sql : sql[..from];
        return new SearchQuery([.. QuotedName().Matches(selection).Select(match => NameOf(match.Groups[1].Value))], LikeOperand().Match(sql).Groups[1].Value);
    }

    public bool Matches(MailMessage message) => message.Subject.Contains(SubjectContains, StringComparison.OrdinalIgnoreCase);

    /// <summary>"urn:schemas:httpmail:subject" is the namespace up to the last colon, and a local name.</summary>
    private static XName NameOf(string text)
    {
        int colon = text.LastIndexOf(':');
        return XName.Get(text[(colon + 1)..], text[..(colon + 1)]);
    }

    [GeneratedRegex("\"([A-Za-z:-]+:[A-Za-z]+)\"")]
    private static partial Regex QuotedName();

    [GeneratedRegex("\"urn:schemas:httpmail:subject\"\\s+LIKE\\s+'%([^'%]*)%'", RegexOptions.IgnoreCase)]
    private static partial Regex LikeOperand();
}
