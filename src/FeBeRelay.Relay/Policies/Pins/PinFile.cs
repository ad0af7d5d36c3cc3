using System.Text.Json;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Relay.Policies.Pins;

/// <summary>
/// The file that pins are kept in: JSON, its owner's only, replaced whole. A running node and the command line both change it; a lock beside it keeps them
/// from losing each other's changes.
/// </summary>
/// <param name="path">Where it is; its folder is made.</param>
/// <param name="time">The clock.</param>
internal sealed class PinFile(string path, TimeProvider time)
{
    private const int Version = 1;
    private static readonly TimeSpan MostWaiting = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>What changes with each replacement.</summary>
    public (DateTime Written, long Length) Stamp
    {
        get
        {
            var file = new FileInfo(path);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        }
    }

    /// <summary>The pins; null without a file: nothing was ever pinned.</summary>
    /// <exception cref="PinFileException">It is there and cannot be read: which peers are pinned is not known.</exception>
    public IReadOnlyList<Pin>? Read()
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            Content? content = JsonSerializer.Deserialize<Content>(file, Json);
            return content is { Version: Version } ? content.Pins : throw new JsonException("it is of another version");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new PinFileException(
                $"{path}: the pins cannot be read: {e.Message.TrimEnd('.')}",
                "restore the file from a copy; if its pins may be lost, so that policy can send clear to those peers again, remove it", e);
        }
    }

    /// <summary>Replaces the pins by what becomes of them, with nobody else in between.</summary>
    /// <param name="change">Gets what the file has, null without one.</param>
    /// <exception cref="PinFileException">It cannot be read, or not be written: it is as it was.</exception>
    public async Task UpdateAsync(Func<IReadOnlyList<Pin>?, IReadOnlyList<Pin>> change)
    {
        try
        {
            using FileStream held = await LockAsync().ConfigureAwait(false);
            byte[] content = JsonSerializer.SerializeToUtf8Bytes(new Content(Version, change(Read())), Json);
            OwnerOnlyFile.Create(path, content, isSecret: true, replaces: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PinFileException($"{path}: the pins cannot be written: {e.Message.TrimEnd('.')}", "make its folder writable to the node, or name another with policy:pinsFile", e);
        }
    }

    /// <summary>Finds out whether pins could be written.</summary>
    /// <exception cref="PinFileException">They could not.</exception>
    public async Task ProbeAsync()
    {
        try
        {
            using FileStream held = await LockAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PinFileException($"{path}: pins cannot be written there: {e.Message.TrimEnd('.')}", "make its folder writable to the node, or name another with policy:pinsFile", e);
        }
    }

    private async Task<FileStream> LockAsync()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        for (TimeSpan waited = TimeSpan.Zero; ; waited += Pause)
        {
            try
            {
                return new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not DirectoryNotFoundException && waited < MostWaiting)
            {
                // Another process is changing it, which takes milliseconds.
                await Task.Delay(Pause, time).ConfigureAwait(false);
            }
        }
    }

    private sealed record Content(int Version, IReadOnlyList<Pin> Pins);
}
