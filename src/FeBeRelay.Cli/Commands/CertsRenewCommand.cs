using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Enrollment;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs renew</c>: a new key and certificate with the names of the one that is there, in its place.</summary>
internal static class CertsRenewCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var name = CertsOptions.Name();
        var directory = CertsOptions.Directory();
        var days = CertsOptions.Days(IssueRequest.DefaultDays);
        var from = EnrollmentOptions.From();
        var command = new Command("renew", "Replace a node's key and certificate by new ones with the same names") { name, directory, days, from };
        command.Validators.Add(result =>
        {
            if (result.GetResult(from) is not null && result.GetResult(days) is { Implicit: false })
            {
                result.AddError("--days does not go with --from: over the network a certificate gets as many days as the one before had");
            }
        });
        command.SetAction((arguments, cancellation) => EnrollmentOptions.RunAsync(arguments, async (output, error) =>
        {
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            var (pem, key) = (files.In($"{arguments.GetRequiredValue(name)}.pem"), files.In($"{arguments.GetRequiredValue(name)}.key"));
            using var certificate = arguments.GetValue(from) is { } address
                ? await AskAsync(new EnrollmentClient(address, environment.Time), files, pem, key, cancellation)
                : Issue(files, pem, arguments.GetRequiredValue(name), arguments.GetValue(days), environment.Time);
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

    private static X509Certificate2 Issue(CertificateFiles files, string pem, string name, int days, TimeProvider time)
    {
        using var authority = files.LoadAuthority(time);
        using var present = CertificateFile.ReadCertificates(pem)[0];
        return authority.Issue(new IssueRequest(name)
        {
            DnsNames = CertificateNames.DnsNames(present),
            OrganizationalUnits = CertificateNames.OrganizationalUnits(present.SubjectName),
            Days = days,
        });
    }

    private static async Task<X509Certificate2> AskAsync(EnrollmentClient client, CertificateFiles files, string pem, string key, CancellationToken cancellation)
    {
        using var bare = CertificateFile.ReadCertificates(pem)[0];
        // While authorities change the file has two.
        using var authority = CertificateFile.ReadCertificates(files.AuthorityCertificate).FirstOrDefault(root => root.Subject == bare.Issuer)
            ?? throw new CertificateException($"{files.AuthorityCertificate}: has not the authority that issued {pem}; enrol the node anew (feberelay certs enroll)");
        using var presentKey = CertificateFile.ReadPrivateKey(key) as ECDsa
            ?? throw new CertificateException($"{key}: not an ECDSA key; only certificates that feberelay certs made can be renewed here");
        if (!presentKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(bare.PublicKey.ExportSubjectPublicKeyInfo()))
        {
            throw new CertificateException($"{key}: not the key of {pem}; restore the pair");
        }

        using var present = bare.CopyWithPrivateKey(presentKey);
        using var newKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = await client.RenewAsync(present, authority, newKey, cancellation);
        return certificate.CopyWithPrivateKey(newKey);
    }
}
