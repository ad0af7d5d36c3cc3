using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using FeBeRelay.Cli.Conformance;

namespace FeBeRelay.Cli.Commands;

/// <summary>What a run of the cases was asked for.</summary>
internal sealed record ConformanceRequest(ConformanceSettings Settings, IPEndPoint Listen, IReadOnlyList<ConformanceCase> Cases, bool Json);

/// <summary>Options of <c>feberelay conformance</c>.</summary>
internal sealed class ConformanceOptions
{
    private readonly Option<string> _target = new("--target")
    {
        Description = "The proxy to try: http://HOST:PORT.",
        HelpName = "URL",
        Required = true,
    };

    private readonly Option<string?> _policyTarget = new("--policy-target")
    {
        Description = "A second address of the proxy, which distrusts its clients and adds Front-End-Https: On and X-Forwarded-For. Without it the cases 9b and 10b are left out.",
        HelpName = "URL",
    };

    private readonly Option<string> _listen;
    private readonly Option<int> _hold;

    private readonly Option<string[]> _cases = new("--case")
    {
        Description = "Run this row (19) or case (19b) only. May be repeated.",
        HelpName = "ROW",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _full = new("--full")
    {
        Description = "Run the large cases in their full size: 5 GiB up, 1,000 connections, 10,000 that break off. Takes minutes.",
    };

    private readonly Option<string?> _log = new("--proxy-log")
    {
        Description = "The file that the proxy writes its log to. Without it the case 27c is left out.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _json = ConfigurationOptions.Json("the report");

    public ConformanceOptions(int usualPort, int usualHold, int longestHold)
    {
        _listen = new Option<string>("--back-end-listen")
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"Where the scripted back end listens. Default: 127.0.0.1:{usualPort}."),
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{usualPort}"),
        };
        _hold = new Option<int>("--hold")
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"Seconds that quiet connections and held answers have to wait. Default: {usualHold}; many proxies cut after 60 or 100."),
            HelpName = "SECONDS",
            DefaultValueFactory = _ => usualHold,
        };
        _target.Validators.Add(r => ValidateUrl(r, "--target"));
        _policyTarget.Validators.Add(r => ValidateUrl(r, "--policy-target"));
        _listen.Validators.Add(r => Validate(r, t => IPEndPoint.TryParse(t, out _), "is no address: write 127.0.0.1:9080 or [::1]:9080"));
        _hold.Validators.Add(r => Validate(
            r, t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out int s) && s >= 1 && s <= longestHold,
            string.Create(CultureInfo.InvariantCulture, $"is no number of seconds: write 1 to {longestHold}")));
        _log.Validators.Add(r => Validate(r, File.Exists, "is no file that can be found"));
        _cases.Validators.Add(r => Validate(r, t => Selected(t).Any(), "is no row or case: docs/conformance.md lists them"));
    }

    public void AddTo(Command command)
    {
        command.Add(_target);
        command.Add(_listen);
        command.Add(_policyTarget);
        command.Add(_hold);
        command.Add(_full);
        command.Add(_log);
        command.Add(_cases);
        command.Add(_json);
    }

    public ConformanceRequest Read(ParseResult parsed)
    {
        string? policy = parsed.GetValue(_policyTarget);
        string? log = parsed.GetValue(_log);
        string[] wanted = parsed.GetRequiredValue(_cases);
        var settings = new ConformanceSettings(
            new Uri(parsed.GetRequiredValue(_target)), policy is null ? null : new Uri(policy), TimeSpan.FromSeconds(parsed.GetRequiredValue(_hold)),
            parsed.GetValue(_full), log is null ? null : () => ReadLog(log));
        return new ConformanceRequest(
            settings, IPEndPoint.Parse(parsed.GetRequiredValue(_listen)), wanted.Length == 0 ? ConformanceCases.All : [.. wanted.SelectMany(Selected).Distinct()], parsed.GetValue(_json));
    }

    private static IEnumerable<ConformanceCase> Selected(string text) =>
        ConformanceCases.All.Where(c => c.Id == text || c.Row.ToString(CultureInfo.InvariantCulture) == text);

    /// <summary>The proxy has it open for writing.</summary>
    private static string ReadLog(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    private static void ValidateUrl(OptionResult result, string name) => Validate(
        result, t => Uri.TryCreate(t, UriKind.Absolute, out Uri? url) && url is { Scheme: "http", PathAndQuery: "/" }, $"is no target: write {name} http://HOST:PORT");

    private static void Validate(OptionResult result, Func<string, bool> isValid, string otherwise)
    {
        foreach (Token token in result.Tokens.Where(t => !isValid(t.Value)))
        {
            result.AddError($"{token.Value} {otherwise}");
        }
    }
}
