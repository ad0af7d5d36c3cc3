using System.Xml.Linq;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>Builds a 207 answer. Its addresses are absolute and carry the host the client asked for.</summary>
internal sealed class MultiStatus(HttpRequest request)
{
    private const string Found = "HTTP/1.1 200 OK";
    private const string NotFound = "HTTP/1.1 404 Not Found";

    private readonly XElement _root = new(DavNames.Multistatus,
        new XAttribute(XNamespace.Xmlns + "a", DavNames.Dav), new XAttribute(XNamespace.Xmlns + "d", DavNames.Mail));

    public void AddFolder(MailPath path) => Add(path with { Message = "" },
        Propstat(Found, [new XElement(DavNames.Displayname, path.Folder), new XElement(DavNames.Resourcetype, new XElement(DavNames.Collection))]));

    /// <summary>Adds the asked properties of a message, or all of them where none is named; the unknown ones are listed as such.</summary>
    public void AddMessage(MailPath folder, MailMessage message, IReadOnlyList<XName> asked)
    {
        IReadOnlyDictionary<XName, string> properties = MailProperties.Of(message);
        IReadOnlyList<XName> names = asked.Count > 0 ? asked : [.. properties.Keys];
        IEnumerable<XElement> known = names.Where(properties.ContainsKey).Select(name => new XElement(name, properties[name]));
        XName[] unknown = [.. names.Where(name => !properties.ContainsKey(name))];
        XElement[] parts = unknown.Length > 0
            ? [Propstat(Found, known), Propstat(NotFound, unknown.Select(name => new XElement(name)))]
            : [Propstat(Found, known)];
        Add(folder with { Message = message.Name }, parts);
    }

    public void AddPatched(MailPath path, IEnumerable<XName> names) => Add(path, Propstat(Found, names.Select(name => new XElement(name))));

    public Task SendAsync(HttpContext context) =>
        Answer.SendAsync(context, StatusCodes.Status207MultiStatus, "text/xml; charset=utf-8", $"<?xml version=\"1.0\"?>{_root.ToString(SaveOptions.DisableFormatting)}");

    private void Add(MailPath path, params XElement[] parts) =>
        _root.Add(new XElement(DavNames.Response, new XElement(DavNames.Href, $"{request.Scheme}://{request.Host}{path.ToPath()}"), parts));

    private static XElement Propstat(string status, IEnumerable<XElement> properties) =>
        new(DavNames.Propstat, new XElement(DavNames.Status, status), new XElement(DavNames.Prop, properties));
}
