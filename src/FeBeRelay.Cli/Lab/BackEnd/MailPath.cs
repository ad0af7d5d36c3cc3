namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>The parts of <c>/exchange/user/folder/message/attachment</c> that a request names; the rest are empty.</summary>
internal sealed record MailPath(string User, string Folder, string Message, string Attachment)
{
    public static MailPath Of(HttpContext context)
    {
        RouteValueDictionary values = context.Request.RouteValues;
        return new MailPath(Part("user"), Part("folder"), Part("message"), Part("attachment"));

        string Part(string name) => values[name] as string ?? "";
    }

    /// <summary>Reads the path of an absolute or relative reference such as a Destination header's.</summary>
    public static MailPath? Parse(string path)
    {
        string[] parts = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        return parts is ["exchange", var user, var folder, var message] ? new MailPath(user, folder, message, "") : null;
    }

    public string ToPath()
    {
        IEnumerable<string> parts = new[] { User, Folder, Message, Attachment }.Where(part => part.Length > 0).Select(Uri.EscapeDataString);
        return "/exchange/" + string.Join('/', parts);
    }
}
