using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Testing.Certificates;

namespace FeBeRelay.Relay.Tests.Audit;

/// <summary>A folder with one audit log, the certificate that signs it, and a clock that stands still.</summary>
internal sealed class AuditFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feberelay-audit-");
    private readonly NodeCertificate _key;

    public AuditFolder()
    {
        using TestAuthority authority = TestAuthority.Create(now: DateTimeOffset.UtcNow);
        Certificate = authority.Issue("fe1.lab.test");
        _key = NodeCertificate.FromCertificate(Certificate, [], [], TimeProvider.System);
        Signer = new NodeCheckpointSigner(() => _key);
        Options = new AuditOptions { Path = System.IO.Path.Combine(_folder.FullName, "audit", "fe1.jsonl") };
    }

    public AuditOptions Options { get; set; }

    public string Path => Options.Path;

    public X509Certificate2 Certificate { get; }

    public ICheckpointSigner Signer { get; }

    public string Fingerprint => _key.Fingerprint;

    public CollectedLog Log { get; } = new();

    public IReadOnlyList<string> Files => AuditFileNames.All(Path);

    public IReadOnlyList<AuditEvent> Events => [.. Files.SelectMany(File.ReadLines).Select(line => AuditText.Read(System.Text.Encoding.UTF8.GetBytes(line)))];

    public static AuditEvent Event(string reason, AuditEventId id = AuditEventId.MainModeFailed) =>
        AuditEvents.New(id, "fe1", TimeProvider.System) with { Reason = reason };

    public AuditWriter Open(TimeProvider? time = null, Func<string, Stream>? open = null) =>
        new(Options, "fe1", Signer, time ?? TimeProvider.System, Log, open);

    /// <summary>Runs a writer for some events, to its orderly end.</summary>
    public async Task WriteAsync(params IEnumerable<string> reasons)
    {
        await using AuditWriter writer = Open();
        foreach (string reason in reasons)
        {
            writer.Write(Event(reason));
        }
    }

    public AuditVerification Verify(string? head = null, params X509Certificate2[] certificates) => new AuditVerifier(
        certificates.Length == 0 ? [Certificate] : certificates, head).Verify(Files);

    public string PathOf(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }
}
