using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs issue</c>: makes a node's key and certificate.</summary>
internal static class CertsIssueCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var name = CertsOptions.Name();
        var directory = CertsOptions.Directory();
        var dnsNames = CertsOptions.DnsNames();
        var units = CertsOptions.OrganizationalUnits();
        var days = CertsOptions.Days(IssueRequest.DefaultDays);
        var pkcs12 = new Option<bool>("--p12") { Description = "Make one PKCS#12 file NAME.p12 instead of NAME.pem and NAME.key; needs --password-file" };
        var passwordFile = CertsOptions.PasswordFile();
        var policySigner = new Option<bool>("--policy-signer") { Description = "For who signs policies of many nodes (feberelay policy sign), not for a node" };
        var command = new Command("issue", "Make a node's key and certificate, for both roles") { name, directory, dnsNames, units, days, pkcs12, passwordFile, policySigner };
        command.Validators.Add(result =>
        {
            if (result.GetValue(pkcs12) != result.GetValue(passwordFile) is not null)
                result.AddError("--p12 and --password-file go together");
        });
        command.SetAction(arguments => CertsOptions.Run(arguments, (output, error) =>
        {
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            var asked = CertsOptions.Names(arguments.GetRequiredValue(name), arguments.GetValue(dnsNames), arguments.GetValue(units)) with
            {
                Days = arguments.GetValue(days),
                IsPolicySigner = arguments.GetValue(policySigner),
            };
            using var authority = files.LoadAuthority(environment.Time);
            var made = arguments.GetValue(passwordFile) is { } file
                ? IssuePkcs12(authority, asked, files, CertificateFile.ReadPassword(file))
                : IssuePem(authority, asked, files);
            made.Paths.ForEach(output.WriteLine);
            error.WriteLine($"issued {CertsText.List(asked.DnsNames)}, valid until {CertsText.Day(made.NotAfter)}");
        }));
        return command;
    }

    private static (List<string> Paths, DateTime NotAfter) IssuePem(CertificateAuthority authority, IssueRequest asked, CertificateFiles files)
    {
        var (pem, key) = (files.In($"{asked.Name}.pem"), files.In($"{asked.Name}.key"));
        CertificateFiles.RequireNew(pem, key);
        using var certificate = authority.Issue(asked);
        using var privateKey = certificate.GetECDsaPrivateKey()!;
        CertificateFiles.Write(key, privateKey.ExportPkcs8PrivateKeyPem() + '\n', isSecret: true);
        CertificateFiles.Write(pem, certificate.ExportCertificatePem() + '\n', isSecret: false);
        return ([pem, key], certificate.NotAfter);
    }

    private static (List<string> Paths, DateTime NotAfter) IssuePkcs12(
        CertificateAuthority authority, IssueRequest asked, CertificateFiles files, string password)
    {
        var path = files.In($"{asked.Name}.p12");
        CertificateFiles.RequireNew(path);
        using var certificate = authority.Issue(asked);
        var both = new X509Certificate2Collection { certificate, authority.Certificate };
        CertificateFiles.Write(path, both.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, password), isSecret: true);
        return ([path], certificate.NotAfter);
    }
}
