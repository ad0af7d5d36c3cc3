using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs renew</c>: a new key and certificate with the names of the one that is there, in its place.</summary>
internal static class CertsRenewCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var name = CertsOptions.Name();
        var directory = CertsOptions.Directory();
        var days = CertsOptions.Days(IssueRequest.DefaultDays);
        var command = new Command("renew", "Replace a node's key and certificate by new ones with the same names") { name, directory, days };
        command.SetAction(arguments => CertsOptions.Run(arguments, (output, error) =>
        {
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            var (pem, key) = (files.In($"{arguments.GetRequiredValue(name)}.pem"), files.In($"{arguments.GetRequiredValue(name)}.key"));
            using var authority = files.LoadAuthority(environment.Time);
            using var present = CertificateFile.ReadCertificates(pem)[0];
            using var certificate = authority.Issue(new IssueRequest(arguments.GetRequiredValue(name))
            {
                DnsNames = CertificateNames.DnsNames(present),
                OrganizationalUnits = CertificateNames.OrganizationalUnits(present.SubjectName),
                Days = arguments.GetValue(days),
            });
            using var privateKey = certificate.GetECDsaPrivateKey()!;
            // A node that looks in between keeps what it has, and looks again.
            CertificateFiles.Replace(key, privateKey.ExportPkcs8PrivateKeyPem() + '\n', isSecret: true);
            CertificateFiles.Replace(pem, certificate.ExportCertificatePem() + '\n', isSecret: false);
            output.WriteLine(pem);
            output.WriteLine(key);
            error.WriteLine($"renewed {CertsText.List(CertificateNames.DnsNames(certificate))}, valid until {CertsText.Day(certificate.NotAfter)}");
        }));
        return command;
    }
}
