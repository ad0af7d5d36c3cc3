using System.CommandLine;
using FeBeRelay.Channel;
using FeBeRelay.Relay;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Management;

namespace FeBeRelay.Cli.Commands;

/// <summary>The options that say which running node is meant, and how to reach it.</summary>
internal sealed class NodeAccessOptions
{
    private readonly Option<string?> _node = new("--node")
    {
        Description = "A peer of the configuration's nodes: it is asked over a channel, and its management:viewers or operators decide.",
        HelpName = "NODE",
    };

    private readonly Option<string?> _file = new("--config", "-c") { Description = "Configuration file of the node, or of the one that asks another.", HelpName = "FILE" };
    private readonly Option<string[]> _settings = ConfigurationOptions.Settings();
    private readonly Option<string?> _address = new("--address") { Description = "A loopback address of management:listen, such as http://127.0.0.1:8444, in the place of a configuration.", HelpName = "URL" };
    private readonly Option<string?> _token = new("--token-file") { Description = "File with the token for --address: viewer.token or operator.token of the management folder.", HelpName = "FILE" };

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="withNode">Whether the peer is an option; else the command has an argument for it.</param>
    public void AddTo(Command command, bool withNode)
    {
        if (withNode)
        {
            command.Add(_node);
        }
        command.Add(_file);
        command.Add(_settings);
        command.Add(_address);
        command.Add(_token);
        command.Validators.Add(result =>
        {
            bool address = result.GetValue(_address) is not null;
            if (address == result.GetValue(_file) is not null)
            {
                result.AddError("name one of --config FILE and --address URL");
            }
            else if (address != result.GetValue(_token) is not null)
            {
                result.AddError("--address and --token-file go together");
            }
        });
    }

    /// <summary>A client of the node that is meant.</summary>
    /// <exception cref="UserError">What was named cannot be used.</exception>
    public ManagementClient Connect(ParseResult parsed, CommandContext context, ManagementRole role, string? peer = null)
    {
        if (parsed.GetValue(_address) is { } address)
        {
            return OverTcp(address, parsed.GetValue(_token)!);
        }
        string file = parsed.GetValue(_file)!;
        ConfigurationLoadResult loaded = ConfigurationOptions.Load(context with { Checks = [] }, file, parsed.GetRequiredValue(_settings));
        if (!loaded.IsValid)
        {
            throw new UserError(ExitCode.ConfigurationInvalid, $"{file} has errors", $"feberelay config check {file} tells them");
        }
        return (peer ?? parsed.GetValue(_node)) is { } name ? OverChannels(loaded.Configuration, name, file, role) : OverSocket(loaded.Configuration.Management, file, role);
    }

    /// <summary>Runs what talks to a node; what keeps it from answering is the user's to mend.</summary>
    public static async Task<int> RunAsync(ManagementClient client, Func<ManagementClient, Task<int>> run)
    {
        using (client)
        {
            try
            {
                return await run(client);
            }
            catch (ManagementException problem)
            {
                int code = problem.Fault switch
                {
                    ManagementFault.Unreachable => ExitCode.PeerUnreachable,
                    ManagementFault.Refused => ExitCode.NegotiationFailed,
                    _ => ExitCode.Failed,
                };
                throw new UserError(code, problem.Message, problem.Hint);
            }
        }
    }

    private static ManagementClient OverTcp(string address, string tokenFile)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttp || !url.IsLoopback)
        {
            throw new UserError(ExitCode.Usage, $"--address {address} is not a loopback address", "write http://127.0.0.1:PORT as in management:listen; other hosts are asked over channels: --config FILE --node NODE");
        }
        try
        {
            return ManagementClient.OverTcp(url, File.ReadAllText(tokenFile).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Failed, $"{tokenFile} cannot be read: {e.Message.TrimEnd('.')}", "it is readable by the node's own user only");
        }
    }

    private static ManagementClient OverSocket(ManagementSettings settings, string file, ManagementRole role) => settings.Enabled
        ? ManagementClient.OverSocket(new ManagementFolder(settings.Folder!).Socket(role))
        : throw new UserError(ExitCode.Failed, $"{file} switches management off", "set management:enabled to true");

    private static ManagementClient OverChannels(NodeConfiguration configuration, string name, string file, ManagementRole role)
    {
        if (!configuration.Nodes.TryGetValue(name, out PeerNodeSettings? peer))
        {
            throw new UserError(ExitCode.Usage, $"{file} has no node {name}", $"its nodes are: {string.Join(", ", configuration.Nodes.Keys)}");
        }
        NodeIdentity identity = NodeOptionsFactory.CreateIdentity(configuration.Node, configuration.Lifetimes, TimeProvider.System);
        return ManagementClient.OverChannels(new ManagementChannels(NodeOptionsFactory.ToPeer(name, peer), identity, role, TimeProvider.System));
    }
}
