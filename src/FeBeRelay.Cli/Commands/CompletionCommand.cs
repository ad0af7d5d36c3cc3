using System.CommandLine;

namespace FeBeRelay.Cli.Commands;

/// <summary>
/// <c>feberelay completion</c>: shell functions that hand the line and the cursor's place to the command line's own <c>[suggest]</c> directive,
/// so that what a shell offers is always what this version knows.
/// </summary>
internal static class CompletionCommand
{
    // Where the program offers nothing (a value that is a file), the shells fall back to file names.
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _feberelay() {
                local IFS=$'\n'
                COMPREPLY=( $(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}") )
            }
            complete -o default -F _feberelay feberelay
            """,
        ["zsh"] = """
            #compdef feberelay
            _feberelay() {
                local -a words_known
                words_known=("${(@f)$(feberelay "[suggest:${#LBUFFER}]" "${LBUFFER}" 2>/dev/null)}")
                compadd -- ${words_known:#} || _files
            }
            compdef _feberelay feberelay
            """,
        ["fish"] = """
            function __feberelay
                set -l line (commandline -cp)
                feberelay "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c feberelay -a '(__feberelay)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName feberelay -ScriptBlock {
                param($word, $line, $position)
                feberelay "[suggest:$position]" "$line" 2>$null |
                    Where-Object { $_ -like "$word*" } |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "Which shell." }.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new ExampleCommand("completion", "Print a shell's completion script.", """
              source <(feberelay completion bash)                        now; or into ~/.bashrc
              source <(feberelay completion zsh)                         after compinit; or into ~/.zshrc
              feberelay completion fish > ~/.config/fish/completions/feberelay.fish
              feberelay completion pwsh | Out-String | Invoke-Expression    or into $PROFILE
            """)
        {
            shell,
        };
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.WriteLine(Scripts[parsed.GetRequiredValue(shell)]));
        return command;
    }
}
