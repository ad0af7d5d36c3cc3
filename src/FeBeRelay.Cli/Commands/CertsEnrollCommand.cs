using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Enrollment;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs enroll</c>: on a new node, makes its key and has it certified by the authority's server.</summary>
internal static class CertsEnrollCommand
{
    private const string Variable = "FEBERELAY_TOKEN";

    public static Command Create(CertsEnvironment environment)
    {
        var address = EnrollmentOptions.Address();
        var directory = CertsOptions.Directory();
        var tokenFile = new Option<string?>("--token-file")
        {
            Description = $"File whose first line is the token, readable by its owner only; - is standard input. Without it the variable {Variable}",
            HelpName = "FILE",
        };
        var command = new Command("enroll", "On a new node: make its key, and have it certified by feberelay certs serve") { address, tokenFile, directory };
        command.SetAction((arguments, cancellation) => EnrollmentOptions.RunAsync(arguments, async (output, error) =>
        {
            var token = ReadToken(environment, arguments.GetValue(tokenFile));
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            var (pem, key) = (files.In($"{token.Name}.pem"), files.In($"{token.Name}.key"));
            CertificateFiles.RequireNew(pem, key);
            var hasAuthority = HasAuthority(files, token);
            var client = new EnrollmentClient(arguments.GetRequiredValue(address), environment.Time);
            using var authority = await client.FindAuthorityAsync(token.Authority, cancellation);
            using var privateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            // On the disk first: else a full disk would cost the token.
            CertificateFiles.Write(key, privateKey.ExportPkcs8PrivateKeyPem() + '\n', isSecret: true);
            var certificate = await OrDeleteAsync(key, () => client.EnrollAsync(token, authority, privateKey, cancellation));
            CertificateFiles.Write(pem, certificate.ExportCertificatePem() + '\n', isSecret: false);
            if (!hasAuthority)
            {
                CertificateFiles.Write(files.AuthorityCertificate, authority.ExportCertificatePem() + '\n', isSecret: false);
            }

            output.WriteLine(pem);
            output.WriteLine(key);
            output.WriteLine(files.AuthorityCertificate);
            error.WriteLine($"enrolled {CertsText.List(CertificateNames.DnsNames(certificate))}, valid until {CertsText.Day(certificate.NotAfter)}; name the files in node:certificate and node:trustedRoots");
        }));
        return command;
    }

    private static EnrollmentToken ReadToken(CertsEnvironment environment, string? file)
    {
        var (text, source) = file switch
        {
            null => (environment.Variable(Variable), Variable),
            "-" => (environment.Input.ReadLine(), "standard input"),
            _ => (CertificateFile.ReadPassword(file), file),
        };
        return text is { Length: > 0 }
            ? EnrollmentToken.Parse(text, source)
            : throw new CertificateException($"no token: name its file (--token-file FILE), or put it into {Variable}; feberelay certs token makes one beside the authority");
    }

    /// <summary>An authority that the folder has already must be the token's: whom this host believes is not changed by a token.</summary>
    private static bool HasAuthority(CertificateFiles files, EnrollmentToken token)
    {
        if (!File.Exists(files.AuthorityCertificate))
        {
            return false;
        }

        return CertificateFile.ReadCertificates(files.AuthorityCertificate).Any(one => CertificateNames.Fingerprint(one) == token.Authority)
            ? true
            : throw new CertificateException($"{files.AuthorityCertificate}: another authority than the token's; move it away or name another --directory");
    }

    private static async Task<X509Certificate2> OrDeleteAsync(string key, Func<Task<X509Certificate2>> enroll)
    {
        try
        {
            return await enroll();
        }
        catch
        {
            File.Delete(key);
            throw;
        }
    }
}
