using System.Collections.Concurrent;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>What the sample's servers have in common: mail, attachments, who is signed in, and how uploads ended.</summary>
internal sealed class SampleStore(TimeProvider time) : IAsyncDisposable
{
    public Mailbox Mailbox { get; } = new(time);

    public AttachmentStore Attachments { get; } = new();

    public SignIn SignIn { get; } = new();

    /// <summary>How the uploads ended that checks tear off, by their marker.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource<string>> Outcomes { get; } = new();

    public ValueTask DisposeAsync()
    {
        Attachments.Dispose();
        return ValueTask.CompletedTask;
    }
}
