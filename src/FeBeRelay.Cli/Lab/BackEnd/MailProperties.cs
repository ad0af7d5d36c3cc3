using System.Globalization;
using System.Xml.Linq;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>Messages as WebDAV properties.</summary>
internal static class MailProperties
{
    public static IReadOnlyDictionary<XName, string> Of(MailMessage message) => new Dictionary<XName, string>(message.Properties)
    {
        [DavNames.Displayname] = message.Name,
        [DavNames.Subject] = message.Subject,
        [DavNames.From] = message.From,
        [DavNames.Received] = message.Received.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        [DavNames.HasAttachment] = message.Attachments.Count > 0 ? "1" : "0",
    };

    /// <summary>The names a PROPFIND asks for; none means all.</summary>
    public static IReadOnlyList<XName> Asked(XElement propfind) => [.. propfind.Elements(DavNames.Prop).Elements().Select(element => element.Name)];

    /// <summary>The properties a PROPPATCH sets.</summary>
    public static IReadOnlyList<XElement> Set(XElement propertyUpdate) => [.. propertyUpdate.Elements(DavNames.Set).Elements(DavNames.Prop).Elements()];

    public static IReadOnlyDictionary<XName, string> Merge(IReadOnlyDictionary<XName, string> properties, IEnumerable<XElement> set)
    {
        var merged = new Dictionary<XName, string>(properties);
        foreach (XElement property in set)
        {
            merged[property.Name] = property.Value;
        }

        return merged;
    }
}
