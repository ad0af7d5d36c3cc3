using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Fleet;
using FeBeRelay.Relay.Policies;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Testing;
using FeBeRelay.Testing.Certificates;

namespace FeBeRelay.Relay.Tests.Fleet;

/// <summary>A signer, a file that a node looks at, and that node's agent under a clock that the test moves.</summary>
internal sealed class FleetSite : IDisposable
{
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(60);

    private readonly X509Certificate2 _signer;
    private readonly X509Certificate2 _node;

    public FleetSite(string unit = "Front Ends")
    {
        _signer = Authority.Issue(SignerLeaf);
        _node = Authority.Issue(new TestLeaf("fe1.lab.test") { OrganizationalUnits = [unit], NotAfter = Authority.Now.AddYears(2) });
        Identity = new NodeIdentity(
            NodeCertificate.FromCertificate(_node, [], [PeerRole.Initiator], Time), TrustedRoots.FromCertificates(Authority.Certificate),
            [Suite.Aes256Gcm], [Group.P256], Lifetimes.Default, Time);
    }

    public static TestLeaf SignerLeaf => new("policy.lab.test") { Purposes = [CertificateRules.PolicySigning] };

    public TestAuthority Authority { get; } = TestAuthority.Create(now: DateTimeOffset.UtcNow);

    public CertificateFolder Folder { get; } = new();

    public SettableClock Time { get; } = new();

    public CollectedAudit Audit { get; } = new();

    public CollectedLog Log { get; } = new();

    public NodeIdentity Identity { get; }

    public EffectivePolicy Policy { get; } = new(NodePolicy.Of(Posture.Server));

    public string Source => Folder["policy.p7m"];

    /// <summary>A bundle in which front ends require and everybody else requests.</summary>
    public byte[] Json(int version, DateTimeOffset? activate = null, DateTimeOffset? notAfter = null, string fleet = "lab.test") => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""
        {
          "fleet": "{{fleet}}", "version": {{version}}, "notAfter": "{{Text(notAfter ?? Time.GetUtcNow().AddDays(30))}}"{{(activate is { } at ? $", \"activate\": \"{Text(at)}\"" : "")}},
          "root": {
            "policy": { "posture": "server" },
            "units": {
              "Front Ends": {
                "policy": { "posture": "secureServer" },
                "units": { "Web": {}, "Pinned": { "policy": { "posture": "client" }, "nodes": [ "pinned.lab.test" ] } }
              }
            }
          }
        }
        """));

    public byte[] Sign(byte[] json, X509Certificate2? signer = null) => SignedBundle.Sign(json, signer ?? _signer, []);

    public void Publish(byte[] envelope) => File.WriteAllBytes(Source, envelope);

    public FleetAgent Start(string whenStale = "keep")
    {
        var settings = new FleetSettings { Name = "lab.test", Source = Source, Signers = ["policy.lab.test"], WhenStale = whenStale, Cache = Folder["fe1.fleet"] };
        var agent = new FleetAgent(settings, Identity, Policy, new AuditLog(Audit, AuditSelection.All, "fe1", Time), Time, Log);
        agent.Start();
        return agent;
    }

    public void Dispose()
    {
        _signer.Dispose();
        _node.Dispose();
        Authority.Dispose();
        Folder.Dispose();
        Log.Dispose();
    }

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
