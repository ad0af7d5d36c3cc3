using System.Security.Cryptography;
using System.Text;
using FeBeRelay.Cli.Lab.BackEnd;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>A message, and an attachment of some MiB up and down again.</summary>
internal static class MessageCheck
{
    public const int AttachmentLength = 8 * 1024 * 1024;

    public static async Task<string> ReadMessageAsync(LabVisit visit, CancellationToken cancellation)
    {
        string path = await visit.PutMessageAsync($"Message {visit.Marker}", cancellation);
        string page = await visit.Http.GetStringAsync(new Uri(path, UriKind.Relative), cancellation);
        Expect.Contains($"The marker of this check is {visit.Marker}.", page, "message page");
        await visit.DeleteAsync(path, cancellation);
        return "stored, read and deleted";
    }

    public static async Task<string> CarryAttachmentAsync(LabVisit visit, CancellationToken cancellation)
    {
        byte[] content = MarkedContent(visit.Marker);
        string digest = Convert.ToHexStringLower(SHA256.HashData(content));
        string message = await visit.PutMessageAsync($"Attachment {visit.Marker}", cancellation);
        var attachment = new Uri($"{message}/{visit.Marker}.bin", UriKind.Relative);

        using var body = new ByteArrayContent(content);
        using HttpResponseMessage stored = await visit.Http.PutAsync(attachment, body, cancellation);
        Expect.Equal(201, (int)stored.StatusCode, "status of the upload");
        Expect.Equal($"{AttachmentLength} {digest}\n", await stored.Content.ReadAsStringAsync(cancellation), "length and SHA-256 at the back end");

        using HttpResponseMessage fetched = await visit.Http.GetAsync(attachment, cancellation);
        Expect.Equal(200, (int)fetched.StatusCode, "status of the download");
        Expect.Equal(digest, fetched.Headers.GetValues(AttachmentEndpoints.DigestHeader).Single(), "SHA-256 the back end states");
        byte[] back = await fetched.Content.ReadAsByteArrayAsync(cancellation);
        Expect.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(back)), "SHA-256 of the download");
        await visit.DeleteAsync(message, cancellation);
        return $"{AttachmentLength >> 20} MiB each way, SHA-256 equal";
    }

    /// <summary>Random bytes with the marker at the beginning, in the middle and at the end.</summary>
    private static byte[] MarkedContent(string marker)
    {
        byte[] content = RandomNumberGenerator.GetBytes(AttachmentLength);
        byte[] bytes = Encoding.ASCII.GetBytes(marker);
        bytes.CopyTo(content, 0);
        bytes.CopyTo(content, content.Length / 2);
        bytes.CopyTo(content, content.Length - bytes.Length);
        return content;
    }
}
