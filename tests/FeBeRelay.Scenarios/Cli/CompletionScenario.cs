using System.Diagnostics;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>A shell asks what may follow on the line, and bash, with the script that the program prints, offers just that.</summary>
public sealed class CompletionScenario : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.CreateAsync();

    [Theory]
    [InlineData("feberelay ", "--help --version -h audit certs completion config lab probe run")]
    [InlineData("feberelay config s", "schema")]
    [InlineData("feberelay completion ", "bash fish pwsh zsh")]
    [InlineData("feberelay probe --tr", "--trusted-root")]
    public async Task The_program_says_what_may_follow(string line, string expected)
    {
        var result = await _site.RunAsync([$"[suggest:{line.Length}]", line]);

        var offered = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, result.Code);
        Assert.Subset(offered.ToHashSet(), expected.Split(' ').ToHashSet());
        Assert.DoesNotContain("/?", offered);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _feberelay feberelay")]
    [InlineData("zsh", "compdef _feberelay feberelay")]
    [InlineData("fish", "complete -c feberelay")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName feberelay")]
    public async Task Each_shell_has_its_script(string shell, string registration)
    {
        var script = await _site.RunAsync("completion " + shell);

        Assert.Equal((0, ""), (script.Code, script.Error));
        Assert.Contains(registration, script.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", script.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bash_completes_with_the_script()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "bash is asked on systems that come with it");
        const string Ask = """
            PATH="$1:$PATH"
            source <(feberelay completion bash)
            COMP_LINE="feberelay config s"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(feberelay config s); COMP_CWORD=2
            _feberelay
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        using var bash = Process.Start(new ProcessStartInfo("bash", ["--norc", "-c", Ask, "bash", AppContext.BaseDirectory]) { RedirectStandardOutput = true })!;
        var offered = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("schema\n", offered);
    }

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }
}
