using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Relay.Audit;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>audit verify</c>: is the log as it was written? Exit codes: 0 intact, 1 not intact or not readable.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create(CommandContext context)
    {
        var file = AuditCommand.File();
        var configuration = ConfigurationOptions.File(required: false);
        var settings = ConfigurationOptions.Settings();
        var head = new Option<string?>("--head")
        {
            Description = "A line's hash that was kept elsewhere (64 hexadecimal digits) and must be in the log: finds a tail that was cut off.",
            HelpName = "HASH",
        };
        head.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } hash && (hash.Length != 64 || !hash.All(char.IsAsciiHexDigit)))
            {
                result.AddError($"--head {hash} is not a hash: write the 64 hexadecimal digits at the end of a line");
            }
        });
        var certificate = new Option<string?>("--certificate") { Description = "PEM file with the node's certificate, and its former ones: checks the signatures of checkpoints.", HelpName = "FILE" };
        var json = ConfigurationOptions.Json("the result");
        var command = new ExampleCommand("verify", "Check that no line was changed, dropped or moved; exit code 1 if one was.", """
              feberelay audit verify audit/fe1.jsonl
              feberelay audit verify --config fe1.json --certificate fe1.lab.test.pem
              feberelay audit verify audit/fe1.jsonl --head 9c0e...41   a hash that syslog has, or that the last check printed
            """)
        {
            file, configuration, settings, head, certificate, json,
        };
        command.SetAction(parsed => Verify(
            AuditCommand.PathOf(context, parsed.GetValue(file), parsed.GetValue(configuration), parsed.GetRequiredValue(settings)),
            parsed.GetValue(head)?.ToLowerInvariant(), parsed.GetValue(certificate), parsed.GetValue(json), parsed.InvocationConfiguration));
        return command;
    }

    private static int Verify(string path, string? head, string? certificate, bool json, InvocationConfiguration console)
    {
        var verifier = new AuditVerifier(certificate is null ? null : Certificates(certificate), head);
        var found = AuditCommand.Reading(path, () => verifier.Verify(AuditFileNames.All(path)));
        if (json)
        {
            JsonOutput.Write(console.Output, found);
        }
        else
        {
            foreach (var problem in found.Problems)
            {
                Messages.Write(console.Error, $"{problem.File}:{problem.Line}: {problem.What}");
            }
            WriteSummary(console.Output, path, found);
        }
        return found.IsIntact ? ExitCode.Succeeded : ExitCode.Failed;
    }

    private static void WriteSummary(TextWriter output, string path, AuditVerification found)
    {
        output.WriteLine($"{path}: {(found.IsIntact ? "intact" : "NOT INTACT")}, lines {found.First} to {found.Last} in {found.Files.Count} {(found.Files.Count == 1 ? "file" : "files")}");
        var signed = found.Checkpoints == 0 ? "none"
            : $"{found.Checkpoints}, the last is line {found.SignedUpTo}{(found.SignaturesChecked ? "" : "; signatures not checked, which --certificate does")}";
        output.WriteLine($"checkpoints  {signed}");
        output.WriteLine($"head         {found.Head}");
    }

    private static List<X509Certificate2> Certificates(string file)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UserError(ExitCode.Failed, $"{file} cannot be read: {e.Message.TrimEnd('.')}", "name a PEM file with the node's certificate");
        }
        return certificates.Count > 0 ? [.. certificates] : throw new UserError(ExitCode.Failed, $"{file} holds no certificate in PEM", "name the file of node:certificate:path");
    }
}
