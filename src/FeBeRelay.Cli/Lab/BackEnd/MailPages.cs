using System.Text;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>Folders and messages: GET shows them, POST writes a message from a form, PUT stores one, DELETE removes it.</summary>
internal sealed class MailPages(Mailbox mailbox)
{
    private const string FolderPattern = "/exchange/{user}/{folder}";
    private const string MessagePattern = "/exchange/{user}/{folder}/{message}";
    private const int MaximumMessageLength = 1024 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(FolderPattern, (RequestDelegate)ShowFolderAsync);
        routes.MapPost(FolderPattern, (RequestDelegate)ComposeAsync);
        routes.MapGet(MessagePattern, (RequestDelegate)ShowMessageAsync);
        routes.MapPut(MessagePattern, (RequestDelegate)StoreAsync);
        routes.MapDelete(MessagePattern, (RequestDelegate)DeleteAsync);
    }

    private Task ShowFolderAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (mailbox.List(path.Folder) is not { } messages)
        {
            return Answer.TextAsync(context, StatusCodes.Status404NotFound, "There is no such folder.\n");
        }

        string search = context.Request.Query["search"].ToString();
        IEnumerable<MailMessage> found = messages.Where(message =>
            message.Subject.Contains(search, StringComparison.OrdinalIgnoreCase) || message.Text.Contains(search, StringComparison.OrdinalIgnoreCase));
        return Answer.HtmlAsync(context, FolderPage.Render(path, mailbox.Folders, found, search));
    }

    private async Task ComposeAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted);
        DateTimeOffset now = mailbox.Time.GetUtcNow();
        string name = $"{now.ToUnixTimeMilliseconds():x}-{Guid.NewGuid():n}.EML";
        if (!mailbox.TryPut(path.Folder, new MailMessage(name, path.User, form["subject"].ToString(), form["text"].ToString(), now)))
        {
            await Answer.TextAsync(context, StatusCodes.Status507InsufficientStorage, "This folder does not exist or is full.\n");
            return;
        }

        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = (path with { Message = "" }).ToPath() + "/";
        context.Response.ContentLength = 0;
    }

    private Task ShowMessageAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        return mailbox.TryGet(path.Folder, path.Message, out MailMessage? message)
            ? Answer.HtmlAsync(context, MessagePage.Render(path, message))
            : Answer.TextAsync(context, StatusCodes.Status404NotFound, "There is no such message.\n");
    }

    /// <summary>The body is the message's text; a first line <c>Subject: ...</c> followed by an empty line names it.</summary>
    private async Task StoreAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (await ReadTextAsync(context) is not { } text)
        {
            await Answer.TextAsync(context, StatusCodes.Status413PayloadTooLarge, "A message has at most 1 MiB; attachments may have any size.\n");
            return;
        }

        (string subject, string body) = Split(text, path.Message);
        bool stored = mailbox.TryPut(path.Folder, new MailMessage(path.Message, path.User, subject, body, mailbox.Time.GetUtcNow()));
        await Answer.TextAsync(context, stored ? StatusCodes.Status201Created : StatusCodes.Status507InsufficientStorage, $"{subject}\n");
    }

    private async Task DeleteAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (mailbox.Remove(path.Folder, path.Message) is not { } removed)
        {
            await Answer.TextAsync(context, StatusCodes.Status404NotFound, "There is no such message.\n");
            return;
        }

        foreach (Attachment attachment in removed.Attachments.Values)
        {
            AttachmentStore.Delete(attachment);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static (string Subject, string Text) Split(string text, string name)
    {
        const string Header = "Subject: ";
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return text.StartsWith(Header, StringComparison.OrdinalIgnoreCase) && end > 0
            ? (text[Header.Length..end], text[(end + 4)..])
            : (name, text);
    }

    private static async Task<string?> ReadTextAsync(HttpContext context)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (content.Length + read > MaximumMessageLength)
            {
                return null;
            }

            content.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }
}
