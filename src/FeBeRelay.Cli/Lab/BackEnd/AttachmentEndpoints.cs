using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>Attachments: PUT streams one in and answers its length and SHA-256, GET streams it out again.</summary>
internal sealed class AttachmentEndpoints(Mailbox mailbox, AttachmentStore store)
{
    public const string DigestHeader = "X-Content-SHA256";
    private const string Pattern = "/exchange/{user}/{folder}/{message}/{attachment}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut(Pattern, (RequestDelegate)UploadAsync);
        routes.MapGet(Pattern, (RequestDelegate)DownloadAsync);
    }

    private async Task UploadAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (!mailbox.TryGet(path.Folder, path.Message, out _))
        {
            await Answer.TextAsync(context, StatusCodes.Status404NotFound, "There is no such message.");
            return;
        }

        Attachment stored = await store.SaveAsync(context.Request.Body, context.RequestAborted);
        Attachment? replaced = null;
        MailMessage? changed = mailbox.Update(path.Folder, path.Message, message =>
        {
            message.Attachments.TryGetValue(path.Attachment, out replaced);
            return message with { Attachments = new Dictionary<string, Attachment>(message.Attachments) { [path.Attachment] = stored } };
        });
        if (changed is null || replaced is not null)
        {
            AttachmentStore.Delete(changed is null ? stored : replaced!);
        }

        await Answer.TextAsync(context, StatusCodes.Status201Created, string.Create(CultureInfo.InvariantCulture, $"{stored.Length} {stored.Sha256}\n"));
    }

    private async Task DownloadAsync(HttpContext context)
    {
        MailPath path = MailPath.Of(context);
        if (!mailbox.TryGet(path.Folder, path.Message, out MailMessage? message) || !message.Attachments.TryGetValue(path.Attachment, out Attachment? attachment))
        {
            await Answer.TextAsync(context, StatusCodes.Status404NotFound, "There is no such attachment.");
            return;
        }

        context.Response.Headers[DigestHeader] = attachment.Sha256;
        PhysicalFileHttpResult file = TypedResults.PhysicalFile(attachment.FilePath, "application/octet-stream", path.Attachment, enableRangeProcessing: true);
        await file.ExecuteAsync(context);
    }
}
