using FeBeRelay.Cli;
using Xunit;

namespace FeBeRelay.Scenarios.Cli;

/// <summary>A newcomer types the name of the program, then something wrong: help says what there is, an error says what to type instead.</summary>
public sealed class HelpScenario : IAsyncLifetime
{
    private Site _site = null!;

    public async ValueTask InitializeAsync() => _site = await Site.CreateAsync();

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task The_program_alone_shows_its_commands_examples_and_exit_codes(string command)
    {
        var help = await _site.RunAsync(command);

        Assert.Equal((0, ""), (help.Code, help.Error));
        Assert.All(["  lab", "  run", "  config", "  policy", "  probe", "  audit", "  certs", "  conformance", "  completion"], name => Assert.Contains("\n" + name, help.Output, StringComparison.Ordinal));
        Assert.Contains("Examples:\n  feberelay lab", help.Output, StringComparison.Ordinal);
        Assert.Contains("  3    configuration wrong", help.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("config check")]
    [InlineData("config schema")]
    [InlineData("policy explain")]
    [InlineData("probe")]
    [InlineData("audit tail")]
    [InlineData("audit show")]
    [InlineData("audit verify")]
    [InlineData("conformance")]
    [InlineData("completion")]
    public async Task Each_command_shows_a_worked_example(string command)
    {
        var help = await _site.RunAsync(command + " --help");

        Assert.Equal(0, help.Code);
        Assert.Contains($"Examples:\n  ", help.Output, StringComparison.Ordinal);
        Assert.Contains($"feberelay {command} ", help.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("confg", "feberelay: 'confg' is not a command, option or argument here\nhint: did you mean config?\nhint: feberelay --help shows what there is\n")]
    [InlineData("config chek x", "feberelay: 'chek' is not a command, option or argument here\nfeberelay: 'x' is not a command, option or argument here\nhint: did you mean check?\nhint: feberelay config --help shows what there is\n")]
    [InlineData("config", "feberelay: required command was not provided\nhint: feberelay config --help shows what there is\n")]
    [InlineData("run", "feberelay: option '--config' is required\nhint: feberelay run --help shows what there is\n")]
    [InlineData("run --config x --set node:name", "feberelay: --set node:name has no value: write KEY=VALUE\nhint: feberelay run --help shows what there is\n")]
    [InlineData("completion tcsh", "feberelay: argument 'tcsh' not recognized. Must be one of: 'bash' 'zsh' 'fish' 'pwsh'\nhint: feberelay completion --help shows what there is\n")]
    public async Task A_wrong_command_line_is_told_what_is_wrong_and_where_to_look(string command, string error)
        => Assert.Equal(new Transcript(ExitCode.Usage, "", error), await _site.RunAsync(command));

    public ValueTask DisposeAsync()
    {
        _site.Dispose();
        return ValueTask.CompletedTask;
    }
}
