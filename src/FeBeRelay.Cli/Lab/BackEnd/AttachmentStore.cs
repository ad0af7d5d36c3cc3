using System.Security.Cryptography;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>Attachments of any size as files in a folder of this process, readable by its owner only and removed with it.</summary>
internal sealed class AttachmentStore : IDisposable
{
    private const int BufferLength = 64 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feberelay-lab-");

    public async Task<Attachment> SaveAsync(Stream content, CancellationToken cancellation)
    {
        string path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("n"));
        try
        {
            return await CopyAsync(content, path, cancellation);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    public static void Delete(Attachment attachment) => File.Delete(attachment.FilePath);

    public void Dispose()
    {
        _folder.Refresh();
        if (_folder.Exists)
        {
            _folder.Delete(recursive: true);
        }
    }

    private static async Task<Attachment> CopyAsync(Stream content, string path, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        byte[] buffer = new byte[BufferLength];
        long length = 0;
        int read;
        while ((read = await content.ReadAsync(buffer, cancellation)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            length += read;
        }

        return new Attachment(path, length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
