using System.Xml.Linq;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>A message of the sample mailbox. Its properties are what PROPPATCH set beyond what every message has.</summary>
internal sealed record MailMessage(string Name, string From, string Subject, string Text, DateTimeOffset Received)
{
    public IReadOnlyDictionary<XName, string> Properties { get; init; } = new Dictionary<XName, string>();

    public IReadOnlyDictionary<string, Attachment> Attachments { get; init; } = new Dictionary<string, Attachment>();
}

/// <summary>A stored attachment: the file that holds it, and what is known of its content.</summary>
internal sealed record Attachment(string FilePath, long Length, string Sha256);
