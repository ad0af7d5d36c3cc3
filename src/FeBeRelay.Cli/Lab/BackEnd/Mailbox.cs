using System.Diagnostics.CodeAnalysis;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>The one mailbox of the sample back end: a few folders of immutable messages, replaced under a lock.</summary>
internal sealed class Mailbox
{
    public const string Inbox = "Inbox";
    private const int MessagesPerFolder = 500;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, MailMessage>> _folders = new(StringComparer.OrdinalIgnoreCase)
    {
        [Inbox] = new(StringComparer.Ordinal),
        ["Sent Items"] = new(StringComparer.Ordinal),
        ["Deleted Items"] = new(StringComparer.Ordinal),
    };

    public Mailbox(TimeProvider time)
    {
        Time = time;
        foreach (MailMessage message in SampleMessages.At(time.GetUtcNow()))
        {
            _folders[Inbox].Add(message.Name, message);
        }
    }

    public event Action<MailMessage>? Arrived;

    public TimeProvider Time { get; }

    public IReadOnlyList<string> Folders => [.. _folders.Keys];

    /// <summary>The messages of a folder, newest first; null where there is no such folder.</summary>
    public IReadOnlyList<MailMessage>? List(string folder)
    {
        lock (_gate)
        {
            return _folders.TryGetValue(folder, out var messages) ? [.. messages.Values.OrderByDescending(message => message.Received)] : null;
        }
    }

    public bool TryGet(string folder, string name, [NotNullWhen(true)] out MailMessage? message)
    {
        lock (_gate)
        {
            message = null;
            return _folders.TryGetValue(folder, out var messages) && messages.TryGetValue(name, out message);
        }
    }

    /// <summary>Puts a message into a folder, over one of the same name; false where there is no such folder or no room in it.</summary>
    public bool TryPut(string folder, MailMessage message)
    {
        lock (_gate)
        {
            if (!_folders.TryGetValue(folder, out var messages) || (messages.Count >= MessagesPerFolder && !messages.ContainsKey(message.Name)))
            {
                return false;
            }

            messages[message.Name] = message;
        }

        Arrived?.Invoke(message);
        return true;
    }

    /// <summary>Replaces a message by what <paramref name="change"/> makes of it; null where there is none.</summary>
    public MailMessage? Update(string folder, string name, Func<MailMessage, MailMessage> change)
    {
        lock (_gate)
        {
            return _folders.TryGetValue(folder, out var messages) && messages.TryGetValue(name, out MailMessage? message)
                ? messages[name] = change(message)
                : null;
        }
    }

    public MailMessage? Remove(string folder, string name)
    {
        lock (_gate)
        {
            return _folders.TryGetValue(folder, out var messages) && messages.Remove(name, out MailMessage? message) ? message : null;
        }
    }

    public MoveOutcome Move(string folder, string name, string toFolder, string toName, bool overwrite)
    {
        lock (_gate)
        {
            if (!_folders.TryGetValue(folder, out var source) || !source.TryGetValue(name, out MailMessage? message))
            {
                return MoveOutcome.NoSuchMessage;
            }

            if (!_folders.TryGetValue(toFolder, out var target))
            {
                return MoveOutcome.NoSuchFolder;
            }

            bool replaces = target.ContainsKey(toName);
            if (replaces && !overwrite)
            {
                return MoveOutcome.WouldReplace;
            }

            source.Remove(name);
            target[toName] = message with { Name = toName };
            return replaces ? MoveOutcome.Replaced : MoveOutcome.Moved;
        }
    }
}

/// <summary>What became of a MOVE.</summary>
internal enum MoveOutcome
{
    Moved,
    Replaced,
    NoSuchMessage,
    NoSuchFolder,
    WouldReplace,
}
