using System.CommandLine;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs show</c>: what certificates say, and what nodes would have against them.</summary>
internal static class CertsShowCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "Certificates in PEM, DER or PKCS#12" };
        var passwordFile = CertsOptions.PasswordFile();
        var json = new Option<bool>("--json") { Description = "Print a JSON array with one object for each certificate" };
        var command = new Command("show", "Print what is in certificates, and the problems nodes would have with them (then exit code 1)") { file, passwordFile, json };
        command.SetAction(arguments =>
        {
            var hasProblems = false;
            var code = CertsOptions.Run(arguments, (output, _) =>
            {
                var now = environment.Time.GetUtcNow();
                var described = CertificateReader.Describe(arguments.GetRequiredValue(file), arguments.GetValue(passwordFile), now);
                hasProblems = described.Any(one => one.Problems.Count > 0);
                if (arguments.GetValue(json))
                    JsonOutput.Write(output, described);
                else
                    WriteText(output, described);
            });
            return hasProblems ? ExitCode.Failed : code;
        });
        return command;
    }

    private static void WriteText(TextWriter output, IReadOnlyList<CertificateDescription> described)
    {
        foreach (var one in described)
        {
            if (one != described[0])
                output.WriteLine();
            WriteText(output, one);
        }
    }

    private static void WriteText(TextWriter output, CertificateDescription one)
    {
        output.WriteLine($"subject      {one.Subject}{(one.IsAuthority ? " (authority)" : "")}");
        output.WriteLine($"issuer       {one.Issuer}");
        if (!one.IsAuthority)
        {
            output.WriteLine($"DNS names    {CertsText.List(one.DnsNames)}");
            output.WriteLine($"units        {CertsText.List(one.OrganizationalUnits)}");
            output.WriteLine($"usages       {CertsText.List(one.ExtendedKeyUsages)}");
        }

        output.WriteLine($"key          {one.Key}");
        output.WriteLine($"signature    {one.Signature}");
        output.WriteLine($"valid        {CertsText.Time(one.NotBefore)} to {CertsText.Time(one.NotAfter)}");
        output.WriteLine($"fingerprint  {one.Fingerprint}");
        foreach (var problem in one.Problems)
            output.WriteLine($"problem      {problem}");
        if (one.Problems.Count == 0)
            output.WriteLine("problems     none");
    }
}
