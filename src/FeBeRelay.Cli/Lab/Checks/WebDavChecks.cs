using System.Text;
using System.Xml.Linq;
using FeBeRelay.Cli.Lab.BackEnd;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>The WebDAV verbs of Outlook Web Access.</summary>
internal static class WebDavChecks
{
    public static async Task<string> PropFindAsync(LabVisit visit, CancellationToken cancellation)
    {
        string path = await visit.PutMessageAsync($"PROPFIND {visit.Marker}", cancellation);
        XName unknown = DavNames.Lab + $"no-{visit.Marker}";
        var request = new XElement(DavNames.Propfind, new XElement(DavNames.Prop, new XElement(DavNames.Subject), new XElement(unknown)));
        XElement answer = await MultiStatusAsync(visit, "PROPFIND", LabVisit.FolderPath(Mailbox.Inbox), request, cancellation);
        XElement found = ResponseFor(visit, answer, path);
        Expect.Equal($"PROPFIND {visit.Marker}", found.Descendants(DavNames.Subject).SingleOrDefault()?.Value, "subject in the answer");
        XElement? missing = found.Elements(DavNames.Propstat).SingleOrDefault(part => part.Descendants(unknown).Any());
        Expect.Equal("HTTP/1.1 404 Not Found", missing?.Element(DavNames.Status)?.Value, "status of a property that does not exist");
        await visit.DeleteAsync(path, cancellation);
        return $"207 with {answer.Elements(DavNames.Response).Count()} resources";
    }

    public static async Task<string> SearchAsync(LabVisit visit, CancellationToken cancellation)
    {
        string path = await visit.PutMessageAsync($"SEARCH {visit.Marker}", cancellation);
        string sql = $"SELECT \"urn:schemas:httpmail:subject\", \"DAV:displayname\" FROM \"{LabVisit.FolderPath(Mailbox.Inbox)}\" "
            + $"WHERE \"urn:schemas:httpmail:subject\" LIKE '%{visit.Marker}%'";
        var request = new XElement(DavNames.Searchrequest, new XElement(DavNames.Sql, sql));
        XElement answer = await MultiStatusAsync(visit, "SEARCH", LabVisit.FolderPath(Mailbox.Inbox), request, cancellation);
        Expect.Equal(1, answer.Elements(DavNames.Response).Count(), "messages found");
        Expect.Equal($"{visit.Marker}.EML", ResponseFor(visit, answer, path).Descendants(DavNames.Displayname).SingleOrDefault()?.Value, "name of the message found");
        await visit.DeleteAsync(path, cancellation);
        return "207 with the one message asked for";
    }

    public static async Task<string> PropPatchAsync(LabVisit visit, CancellationToken cancellation)
    {
        string path = await visit.PutMessageAsync($"PROPPATCH {visit.Marker}", cancellation);
        XName name = DavNames.Lab + "note";
        var update = new XElement(DavNames.Propertyupdate, new XElement(DavNames.Set, new XElement(DavNames.Prop, new XElement(name, visit.Marker))));
        XElement patched = await MultiStatusAsync(visit, "PROPPATCH", path, update, cancellation);
        Expect.Equal("HTTP/1.1 200 OK", ResponseFor(visit, patched, path).Descendants(DavNames.Status).Single().Value, "status of the property");

        var question = new XElement(DavNames.Propfind, new XElement(DavNames.Prop, new XElement(name)));
        XElement answer = await MultiStatusAsync(visit, "PROPFIND", path, question, cancellation);
        Expect.Equal(visit.Marker, answer.Descendants(name).SingleOrDefault()?.Value, "property read back");
        await visit.DeleteAsync(path, cancellation);
        return "207, and the property reads back";
    }

    /// <summary>The destination is absolute and must arrive as it was sent, as must the host it is compared with.</summary>
    public static async Task<string> MoveAsync(LabVisit visit, CancellationToken cancellation)
    {
        const string Trash = "Deleted Items";
        string path = await visit.PutMessageAsync($"MOVE {visit.Marker}", cancellation);
        string moved = LabVisit.MessagePath(Trash, $"{visit.Marker} moved.EML");
        string destination = new Uri(visit.Address, moved).AbsoluteUri;
        using var request = new HttpRequestMessage(new HttpMethod("MOVE"), path);
        request.Headers.Add("Destination", destination);
        request.Headers.Add("Overwrite", "F");
        using HttpResponseMessage answer = await visit.Http.SendAsync(request, cancellation);
        Expect.Equal(201, (int)answer.StatusCode, "status of MOVE");
        Expect.Equal(destination, answer.Headers.Location?.AbsoluteUri, "Location of the moved message");

        using HttpResponseMessage old = await visit.Http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
        Expect.Equal(404, (int)old.StatusCode, "status at the old place");
        await visit.DeleteAsync(moved, cancellation);
        return "201 with an absolute Destination, gone from its old place";
    }

    private static async Task<XElement> MultiStatusAsync(LabVisit visit, string method, string path, XElement body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Depth", "1");
        request.Content = new StringContent(body.ToString(), Encoding.UTF8, "text/xml");
        using HttpResponseMessage answer = await visit.Http.SendAsync(request, cancellation);
        Expect.Equal(207, (int)answer.StatusCode, $"status of {method}");
        return XElement.Parse(await answer.Content.ReadAsStringAsync(cancellation));
    }

    private static XElement ResponseFor(LabVisit visit, XElement multiStatus, string path)
    {
        string href = new Uri(visit.Address, path).AbsoluteUri;
        return multiStatus.Elements(DavNames.Response).SingleOrDefault(response => response.Element(DavNames.Href)?.Value == href)
            ?? throw new LabCheckFailedException($"the answer does not list {href}");
    }
}
