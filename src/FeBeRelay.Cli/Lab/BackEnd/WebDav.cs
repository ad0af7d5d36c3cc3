using System.Xml;
using System.Xml.Linq;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>The WebDAV verbs Outlook Web Access lives on: PROPFIND, SEARCH, PROPPATCH and MOVE.</summary>
internal sealed class WebDav(Mailbox mailbox)
{
    private const string FolderPattern = "/exchange/{user}/{folder}";
    private const string MessagePattern = "/exchange/{user}/{folder}/{message}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(FolderPattern, ["PROPFIND"], (RequestDelegate)FindInFolderAsync);
        routes.MapMethods(MessagePattern, ["PROPFIND"], (RequestDelegate)FindMessageAsync);
        routes.MapMethods(FolderPattern, ["SEARCH"], (RequestDelegate)SearchAsync);
        routes.MapMethods(MessagePattern, ["PROPPATCH"], (RequestDelegate)PatchAsync);
        routes.MapMethods(MessagePattern, ["MOVE"], (RequestDelegate)MoveAsync);
    }

    private async Task FindInFolderAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (await ReadAsync(context) is not { } request)
        {
            return;
        }

        if (mailbox.List(path.Folder) is not { } messages)
        {
            await Answer.TextAsync(context, StatusCodes.Status404NotFound, "There is no such folder.\n");
            return;
        }

        var answer = new MultiStatus(context.Request);
        answer.AddFolder(path);
        if (context.Request.Headers["Depth"].ToString() != "0")
        {
            foreach (MailMessage message in messages)
            {
                answer.AddMessage(path, message, MailProperties.Asked(request));
            }
        }

        await answer.SendAsync(context);
    }

    private async Task FindMessageAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (await ReadAsync(context) is not { } request)
        {
            return;
        }

        if (!mailbox.TryGet(path.Folder, path.Message, out MailMessage? message))
        {
            await Answer.TextAsync(context, StatusCodes.Status404NotFound, "There is no such message.\n");
            return;
        }

        var answer = new MultiStatus(context.Request);
        answer.AddMessage(path, message, MailProperties.Asked(request));
        await answer.SendAsync(context);
    }

    private async Task SearchAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (await ReadAsync(context) is not { } request)
        {
            return;
        }

        SearchQuery query = SearchQuery.Parse(request);
        var answer = new MultiStatus(context.Request);
        foreach (MailMessage message in mailbox.List(path.Folder) ?? [])
        {
            if (query.Matches(message))
            {
                answer.AddMessage(path, message, query.Properties);
            }
        }

        await answer.SendAsync(context);
    }

    private async Task PatchAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (await ReadAsync(context) is not { } request)
        {
            return;
        }

        IReadOnlyList<XElement> set = MailProperties.Set(request);
        MailMessage? changed = mailbox.Update(path.Folder, path.Message, message => message with { Properties = MailProperties.Merge(message.Properties, set) });
        if (changed is null)
        {
            await Answer.TextAsync(context, StatusCodes.Status404NotFound, "There is no such message.\n");
            return;
        }

        var answer = new MultiStatus(context.Request);
        answer.AddPatched(path, set.Select(property => property.Name));
        await answer.SendAsync(context);
    }

    /// <summary>
    /// The destination is an absolute address. It must name the host the request was sent to: a proxy that rewrites one of the
    /// two and not the other is caught here, as it would be by a real server.
    /// </summary>
    private async Task MoveAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        HttpRequest request = context.Request;
        if (!Uri.TryCreate(request.Headers["Destination"].ToString(), UriKind.Absolute, out Uri? destination)
            || destination.Scheme is not ("http" or "https")
            || MailPath.Parse(destination.AbsolutePath) is not { } target)
        {
            await Answer.TextAsync(context, StatusCodes.Status400BadRequest, "MOVE needs a Destination header with the absolute address of a message.\n");
            return;
        }

        if (!string.Equals(destination.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase))
        {
            await Answer.TextAsync(context, StatusCodes.Status502BadGateway, $"The destination is on {destination.Authority}, this is {request.Host}.\n");
            return;
        }

        bool overwrite = request.Headers["Overwrite"].ToString() != "F";
        int status = StatusOf(mailbox.Move(path.Folder, path.Message, target.Folder, target.Message, overwrite));
        if (status == StatusCodes.Status201Created)
        {
            context.Response.Headers.Location = destination.AbsoluteUri;
        }

        context.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
        {
            context.Response.ContentLength = 0;
        }
    }

    private static int StatusOf(MoveOutcome outcome) => outcome switch
    {
        MoveOutcome.Moved => StatusCodes.Status201Created,
        MoveOutcome.Replaced => StatusCodes.Status204NoContent,
        MoveOutcome.WouldReplace => StatusCodes.Status412PreconditionFailed,
        MoveOutcome.NoSuchFolder => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status404NotFound,
    };

    /// <summary>The request's document; an empty body asks for everything. After null the answer has been sent.</summary>
    private static async Task<XElement?> ReadAsync(HttpContext context)
    {
        try
        {
            using var content = new MemoryStream();
            await context.Request.Body.CopyToAsync(content, context.RequestAborted);
            content.Position = 0;
            return content.Length == 0 ? new XElement(DavNames.Propfind, new XElement(DavNames.Allprop)) : XElement.Load(content);
        }
        catch (XmlException error)
        {
            await Answer.TextAsync(context, StatusCodes.Status400BadRequest, $"The request is not XML: {error.Message}\n");
            return null;
        }
    }
}
