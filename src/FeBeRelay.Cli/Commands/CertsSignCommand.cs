using System.CommandLine;
using System.Text;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs sign</c>: certifies a request after a person has looked at the names in it.</summary>
internal static class CertsSignCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var file = new Argument<string>("FILE.csr") { Description = "Request in PEM, from feberelay certs csr or any other program" };
        var directory = CertsOptions.Directory();
        var days = CertsOptions.Days(IssueRequest.DefaultDays);
        var yes = new Option<bool>("--yes", "-y") { Description = "Sign without asking; for scripts that have checked the names themselves" };
        var command = new Command("sign", "Sign a request after showing the names in it") { file, directory, days, yes };
        command.SetAction(arguments => CertsOptions.Run(arguments, (output, error) =>
        {
            var path = arguments.GetRequiredValue(file);
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            var pem = files.In($"{Path.GetFileNameWithoutExtension(path)}.pem");
            CertificateFiles.RequireNew(pem);
            using var authority = files.LoadAuthority(environment.Time);
            var asked = NodeRequest.Parse(Encoding.UTF8.GetString(CertificateFile.Read(path, isSecret: false)), path);
            error.WriteLine($"DNS names   {CertsText.List(asked.Names.DnsNames)}");
            error.WriteLine($"units       {CertsText.List(asked.Names.OrganizationalUnits)}");
            error.WriteLine($"key         {PeerKeys.Describe(asked.Key)}");
            if (!arguments.GetValue(yes))
                RequireConsent(environment, error);
            using var certificate = authority.Sign(asked.ForNames(asked.Names with { Days = arguments.GetValue(days) }));
            CertificateFiles.Write(pem, certificate.ExportCertificatePem() + '\n', isSecret: false);
            output.WriteLine(pem);
            error.WriteLine($"signed, valid until {CertsText.Day(certificate.NotAfter)}; give it back to the node beside its key");
        }));
        return command;
    }

    /// <summary>Whoever holds the certificate is these names to every node: a person decides, or a script says that it did.</summary>
    private static void RequireConsent(CertsEnvironment environment, TextWriter error)
    {
        error.Write("sign a certificate for these names and units? [y/N] ");
        var answer = environment.Confirm();
        if (answer is true)
            return;
        error.WriteLine();
        throw new CertificateException(answer is null ? "nobody is there to ask; check the names and add --yes" : "not signed");
    }
}
