using System.CommandLine;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>feberelay audit</c>: reads security logs and checks that they are as they were written.</summary>
internal static class AuditCommand
{
    public static Command Create(CommandContext context) => new("audit", "Read a node's security log, and check that nobody has changed it.")
    {
        AuditTailCommand.Create(context),
        AuditShowCommand.Create(context),
        AuditVerifyCommand.Create(context),
    };

    public static Argument<string?> File() => new("FILE")
    {
        Description = "The log (audit:path); full files beside it are read too. Absent: that of --config.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The file that was named, or the one that the configuration names.</summary>
    public static string PathOf(CommandContext context, string? file, string? configuration, string[] settings)
    {
        if (file is null && configuration is null)
        {
            throw new UserError(ExitCode.Usage, "no log was named", "name its FILE, or the node's configuration with --config");
        }
        if (file is null)
        {
            var loaded = ConfigurationOptions.Load(context with { Checks = [] }, configuration!, settings);
            file = loaded.IsValid
                ? loaded.Configuration.Audit.Path!
                : throw new UserError(ExitCode.ConfigurationInvalid, $"{configuration} has errors", $"feberelay config check {configuration} tells them");
        }
        return AuditFileNames.All(file).Count > 0
            ? file
            : throw new UserError(ExitCode.Failed, $"there is no audit log {file}", "a node makes it when it starts; see audit:path in its configuration");
    }

    /// <summary>Reads; a file that cannot be read is the user's to mend.</summary>
    public static T Reading<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError(ExitCode.Failed, $"{file} cannot be read: {e.Message.TrimEnd('.')}", "logs are readable by the node's own user only");
        }
    }
}
