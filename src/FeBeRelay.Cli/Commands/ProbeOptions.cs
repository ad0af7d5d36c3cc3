using System.CommandLine;
using System.CommandLine.Parsing;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Probing;

namespace FeBeRelay.Cli.Commands;

/// <summary>Says whom to probe as whom: by a node's configuration, or without one.</summary>
internal sealed class ProbeOptions
{
    private readonly Argument<string?> _node = new("NODE")
    {
        Description = "Name of the peer in section nodes.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _config = ConfigurationOptions.File(required: false);
    private readonly Option<string[]> _settings = ConfigurationOptions.Settings();
    private readonly Option<string> _address = new("--address") { Description = "The peer's node port.", HelpName = "HOST:PORT" };
    private readonly Option<string> _identity = new("--identity") { Description = "DNS name that the peer's certificate must carry.", HelpName = "NAME" };
    private readonly Option<FileInfo> _certificate = File("--certificate", "This side's certificate: PEM, or PKCS#12 with the key.");
    private readonly Option<FileInfo> _key = File("--key", "PEM file with the private key, if it is not in the certificate's file.");
    private readonly Option<FileInfo> _passwordFile = File("--password-file", "File with the password of the PKCS#12 file or key.");
    private readonly Option<FileInfo[]> _trustedRoots = new Option<FileInfo[]>("--trusted-root")
    {
        Description = "PEM file of an authority that may vouch for the peer. May be repeated.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    }.AcceptExistingOnly();

    private readonly Option<string?> _service = new("--service") { Description = "Also ask for this service.", HelpName = "NAME" };
    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "Seconds that each step may take, 1 to 300.",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 10,
    };

    public void AddTo(Command command)
    {
        command.Add(_node);
        foreach (var option in (Option[])[_config, _settings, _address, _identity, _certificate, _key, _passwordFile, _trustedRoots, _service, _timeout])
        {
            command.Add(option);
        }

        _timeout.Validators.Add(result => CheckTimeout(result));
        command.Validators.Add(CheckCombination);
    }

    public ProbeRequest ToRequest(ParseResult parsed, CommandContext context)
        => parsed.GetValue(_config) is { } file
            ? FromConfiguration(parsed, file, ConfigurationOptions.Load(context, file, parsed.GetRequiredValue(_settings)))
            : FromOptions(parsed);

    private ProbeRequest FromConfiguration(ParseResult parsed, string file, ConfigurationLoadResult loaded)
    {
        if (!loaded.IsValid)
        {
            Messages.Write(parsed.InvocationConfiguration.Error, file, loaded.Errors);
            throw new UserError(ExitCode.ConfigurationInvalid, $"{file} cannot be used", $"feberelay config check {file}");
        }

        var configuration = loaded.Configuration;
        var name = parsed.GetRequiredValue(_node)!;
        return configuration.Nodes.TryGetValue(name, out var peer)
            ? Request(parsed, name, peer, configuration.Node, configuration.Lifetimes)
            : throw new UserError(ExitCode.Usage, $"{file} has no node \"{name}\"", KnownNodes(configuration.Nodes.Keys));
    }

    private ProbeRequest FromOptions(ParseResult parsed)
    {
        var address = EndpointAddress.Parse(parsed.GetRequiredValue(_address));
        var local = new LocalNodeSettings
        {
            Certificate = new CertificateSettings
            {
                Path = parsed.GetRequiredValue(_certificate).FullName,
                KeyPath = parsed.GetValue(_key)?.FullName,
                PasswordFile = parsed.GetValue(_passwordFile)?.FullName,
            },
            TrustedRoots = [.. parsed.GetRequiredValue(_trustedRoots).Select(root => root.FullName)],
        };
        var peer = new PeerNodeSettings { Address = address, Identity = parsed.GetRequiredValue(_identity) };
        return Request(parsed, address.ToString(), peer, local, new LifetimeSettings());
    }

    private ProbeRequest Request(ParseResult parsed, string name, PeerNodeSettings peer, LocalNodeSettings local, LifetimeSettings lifetimes)
        => new(name, peer, local, lifetimes, parsed.GetValue(_service), TimeSpan.FromSeconds(parsed.GetValue(_timeout)));

    private void CheckCombination(CommandResult command)
    {
        var without = (Option[])[_address, _identity, _certificate, _trustedRoots];
        if (IsGiven(_config))
        {
            if (command.GetResult(_node) is not { Tokens.Count: > 0 })
            {
                command.AddError("NODE is missing: which node of the configuration?");
            }

            foreach (var option in without.Append(_key).Append(_passwordFile).Where(IsGiven))
            {
                command.AddError($"{option.Name} does not go with --config, which says it");
            }

            return;
        }

        if (command.GetResult(_node) is { Tokens.Count: > 0 })
        {
            command.AddError("NODE needs --config FILE, whose section nodes knows it");
            return;
        }

        foreach (var option in without.Where(option => !IsGiven(option)))
        {
            command.AddError($"{option.Name} is missing: without --config all of {string.Join(", ", without.Select(one => one.Name))} are needed");
        }

        CheckPeer(command);

        bool IsGiven(Option option) => command.GetResult(option) is { Implicit: false };
    }

    private void CheckPeer(CommandResult command)
    {
        if (command.GetValue(_address) is { } text && (!EndpointAddress.TryParse(text, out var address) || address.IsUnix || address.Port == 0))
        {
            command.AddError($"--address {text} is not a node port: write host:port or [v6 address]:port");
        }

        if (command.GetValue(_identity) is { } identity && !DnsName.IsValid(identity))
        {
            command.AddError($"--identity {identity} is not a DNS name");
        }
    }

    private static void CheckTimeout(OptionResult result)
    {
        if (result.GetValueOrDefault<int>() is < 1 or > 300)
        {
            result.AddError("--timeout must be 1 to 300 seconds");
        }
    }

    private static Option<FileInfo> File(string name, string description)
        => new Option<FileInfo>(name) { Description = description, HelpName = "FILE" }.AcceptExistingOnly();

    private static string KnownNodes(IEnumerable<string> names)
        => string.Join(", ", names.Order(StringComparer.OrdinalIgnoreCase)) is { Length: > 0 } known
            ? $"it has: {known}" : "it dials nobody: its section nodes is empty";
}
