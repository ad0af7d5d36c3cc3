using System.Net;
using FeBeRelay.Relay;
using FeBeRelay.Relay.Audit;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Management;
using FeBeRelay.WebConsole.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace FeBeRelay.Cli.Lab;

/// <summary>The lab's web console: gives the relay a management endpoint and a security log in a folder that is gone with the lab.</summary>
internal sealed class LabConsole : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-lab-").FullName;
    private AuditWriter? _audit;

    /// <summary>The relay's options with a console.</summary>
    public NodeOptions AddTo(NodeOptions options)
    {
        string file = Path.Combine(_folder, "audit", $"{options.Name}.jsonl");
        _audit = new AuditWriter(
            new AuditOptions { Path = file }, options.Name, new NodeCheckpointSigner(() => options.Identity.Certificate), TimeProvider.System, NullLogger.Instance);
        return options with
        {
            Management = new ManagementOptions(FolderOf("fe"), [new IPEndPoint(IPAddress.Loopback, 0)], []),
            Site = ConsoleSite.Create,
            Audit = new AuditLog(_audit, AuditSelection.All, options.Name, TimeProvider.System),
            AuditFile = file,
        };
    }

    /// <summary>The listener's options, so that the relay's console may look at it over a channel.</summary>
    public NodeOptions ShowTo(NodeOptions options, string viewer)
    {
        var settings = new ManagementSettings { Folder = FolderOf("be"), Viewers = [viewer] };
        return options with
        {
            Management = new ManagementOptions(settings.Folder, [], ManagementServices.RolesForPeers(settings)),
            Services = [.. options.Services, .. ManagementServices.Of(settings)],
        };
    }

    /// <summary>Where the relay's console is. Its operator's token: a lab is there to try things.</summary>
    public LabConsoleAddress AddressOf(Node relay) => new(
        new Uri(relay.Management!.Addresses[0], SiteHost.Base + "/"), new ManagementFolder(FolderOf("fe")).Token(ManagementRole.Operator));

    /// <summary>When the nodes have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_audit is not null)
        {
            await _audit.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private string FolderOf(string node) => Path.Combine(_folder, node);
}
