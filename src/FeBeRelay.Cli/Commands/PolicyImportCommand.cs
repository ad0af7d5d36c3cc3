using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeBeRelay.Relay.Policies.Import;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>policy import</c>: a policy made of another program's, with a report of what has no counterpart.</summary>
internal static class PolicyImportCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var source = new Argument<string>("SOURCE") { Description = "A script of netsh ipsec static, or a folder of Libreswan policy groups." };
        var name = new Option<string?>("--name") { Description = "Which policy of the script, where it has several.", HelpName = "NAME" };
        var command = new ExampleCommand("import", "Make a policy of a netsh ipsec script or of Libreswan policy groups.", """
              feberelay policy import ipsec.netsh > policies.json      the report goes to standard error
              feberelay policy import /etc/ipsec.d/policies
            """)
        {
            source, name,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(source);
            try
            {
                var imported = Directory.Exists(path) ? LibreswanGroups.Read(path) : NetshScript.Read(File.ReadAllText(path), parsed.GetValue(name));
                foreach (var remark in imported.Remarks)
                {
                    Messages.Write(parsed.InvocationConfiguration.Error, $"note: {remark}");
                }

                var policies = new JsonObject { ["policies"] = new JsonObject { [KeyOf(imported.Name)] = imported.Policy } };
                parsed.InvocationConfiguration.Output.WriteLine(new JsonObject { ["policy"] = policies }.ToJsonString(Indented));
                return ExitCode.Succeeded;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
            {
                throw new UserError(ExitCode.Failed, $"{path}: {e.Message.TrimEnd('.')}");
            }
        });
        return command;
    }

    private static string KeyOf(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-'));
}
