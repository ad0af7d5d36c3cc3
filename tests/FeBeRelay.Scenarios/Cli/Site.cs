using FeBeRelay.Cli;
using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Probing;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>What a command wrote and how it ended.</summary>
internal sealed record Transcript(int Code, string Output, string Error);

/// <summary>
/// A folder with an authority, certificates and configurations of fe1 and be1, as an administrator makes them, and a way to type commands
/// there: in this process, with writers that remember. {} stands for the folder.
/// </summary>
internal sealed class Site : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("feberelay-site-").FullName;

    private Site()
    {
    }

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Answers in the place of the network.</summary>
    public RunProbe Probe { get; set; } = (_, _) => throw new InvalidOperationException("no probe was expected");

    public static async Task<Site> CreateAsync()
    {
        var site = new Site();
        foreach (var command in (string[])["certs init --directory {}", "certs issue fe1.lab.test --directory {}", "certs issue be1.lab.test --directory {}"])
        {
            var made = await site.RunAsync(command);
            Assert.True(made.Code == 0, made.Error);
        }

        site.Write("fe1.json", """
            {
              "node": { "certificate": { "path": "fe1.lab.test.pem", "keyPath": "fe1.lab.test.key" }, "trustedRoots": [ "ca.pem" ] },
              "nodes": { "be1": { "address": "127.0.0.1:8443", "identity": "be1.lab.test" } },
              "relay": { "endpoints": { "owa": { "listen": "127.0.0.1:0", "node": "be1", "service": "owa" } } }
            }
            """);
        site.Write("be1.json", """
            {
              "node": { "certificate": { "path": "be1.lab.test.pem", "keyPath": "be1.lab.test.key" }, "trustedRoots": [ "ca.pem" ] },
              "listener": {
                "listen": [ "127.0.0.1:0" ],
                "services": { "owa": { "backEnd": "127.0.0.1:9", "peers": [ "fe1.lab.test" ] } }
              }
            }
            """);
        return site;
    }

    public string this[string file] => Path.Combine(_folder, file);

    public void Write(string file, string content) => File.WriteAllText(this[file], content);

    /// <summary>Runs words separated by blanks.</summary>
    public Task<Transcript> RunAsync(string command) => RunAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public async Task<Transcript> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new CommandContext(Environment, [IdentityChecks.Create(TimeProvider.System)], (request, token) => Probe(request, token));
        var words = arguments.Select(word => word.Replace("{}", _folder, StringComparison.Ordinal)).ToArray();
        var code = await CommandLine.RunAsync(words, context, output, error, TestContext.Current.CancellationToken);
        return new Transcript(code, Plain(output), Plain(error));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Plain(StringWriter writer) => writer.ToString().Replace(_folder, "{}", StringComparison.Ordinal).ReplaceLineEndings("\n");
}
