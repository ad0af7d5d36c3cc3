using System.CommandLine;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs init</c>: makes the authority.</summary>
internal static class CertsInitCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var directory = CertsOptions.Directory();
        var days = CertsOptions.Days(CertificateAuthority.DefaultDays);
        var name = new Option<string>("--name")
        {
            Description = "Name of the authority",
            HelpName = "NAME",
            DefaultValueFactory = _ => "FeBeRelay Lab CA",
        };
        name.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<string>();
            if (value is not { Length: > 0 and <= 64 } || value.Any(char.IsControl))
                result.AddError("--name takes 1 to 64 printable characters");
        });
        var command = new Command("init", "Make a certificate authority: ca.pem for every node's trustedRoots, and ca.key to keep") { directory, name, days };
        command.SetAction(arguments => CertsOptions.Run(arguments, (output, error) =>
        {
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            CertificateFiles.RequireNew(files.AuthorityCertificate, files.AuthorityKey);
            using var authority = CertificateAuthority.Create(arguments.GetRequiredValue(name), environment.Time, arguments.GetValue(days));
            CertificateFiles.Write(files.AuthorityKey, authority.ExportKeyPem(), isSecret: true);
            CertificateFiles.Write(files.AuthorityCertificate, authority.Certificate.ExportCertificatePem() + '\n', isSecret: false);
            output.WriteLine(files.AuthorityCertificate);
            output.WriteLine(files.AuthorityKey);
            error.WriteLine($"made the authority \"{arguments.GetValue(name)}\", valid until {CertsText.Day(authority.Certificate.NotAfter)}");
            error.WriteLine("copy ca.pem to every node (trustedRoots); whoever has ca.key can be any node, so keep it off them");
        }));
        return command;
    }
}
