using System.CommandLine;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs revoke</c>: takes certificates back, by the authority's revocation list.</summary>
internal static class CertsRevokeCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var certificates = new Argument<string[]>("FILE") { Description = "Certificates to take back; none only renews the list", Arity = ArgumentArity.ZeroOrMore };
        var directory = CertsOptions.Directory();
        var days = CertsOptions.Days(CertificateAuthority.RevocationListDays);
        var command = new Command("revoke", "Take certificates back: writes ca.crl, or adds to it") { certificates, directory, days };
        command.SetAction(arguments => CertsOptions.Run(arguments, (output, error) =>
        {
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            using var authority = files.LoadAuthority(environment.Time);
            var revoked = arguments.GetRequiredValue(certificates).Select(file => CertificateFile.ReadCertificates(file)[0]).ToList();
            var previous = File.Exists(files.RevocationList) ? File.ReadAllText(files.RevocationList) : null;
            CertificateFiles.Replace(files.RevocationList, authority.SignRevocationList(previous, revoked, arguments.GetValue(days)) + '\n', isSecret: false);
            output.WriteLine(files.RevocationList);
            revoked.ForEach(certificate => error.WriteLine($"revoked {CertificateNames.Display(certificate)}"));
            error.WriteLine($"the list counts until {CertsText.Day(environment.Time.GetUtcNow().UtcDateTime.AddDays(arguments.GetValue(days)))}: renew it before by certs revoke without a FILE");
        }));
        return command;
    }
}
