using System.CommandLine;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Enrollment;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs token</c>: lets a new node have its own key certified, once and not for long.</summary>
internal static class CertsTokenCommand
{
    public static Command Create(CertsEnvironment environment)
    {
        var name = CertsOptions.Name();
        var directory = CertsOptions.Directory();
        var dnsNames = CertsOptions.DnsNames();
        var units = CertsOptions.OrganizationalUnits();
        var days = CertsOptions.Days(IssueRequest.DefaultDays);
        var validFor = DurationOption.Create("--valid-for", "How long the token counts", TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
        validFor.DefaultValueFactory = _ => TimeSpan.FromHours(1);
        var file = new Option<string?>("--out") { Description = "Write the token into a file that only its owner may read, instead of to standard output", HelpName = "FILE" };
        var command = new Command("token", "Make a one-time token that a new node has its own key certified with (certs enroll)") { name, directory, dnsNames, units, days, validFor, file };
        command.SetAction(arguments => CertsOptions.Run(arguments, (output, error) =>
        {
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            using var authority = files.LoadAuthority(environment.Time);
            var names = CertsOptions.Names(arguments.GetRequiredValue(name), arguments.GetValue(dnsNames), arguments.GetValue(units));
            var token = EnrollmentToken.Create(names, authority.Certificate);
            var record = new TokenStore(files, environment.Time).Add(token, arguments.GetValue(days), arguments.GetValue(validFor));
            if (arguments.GetValue(file) is { } path)
            {
                CertificateFiles.Replace(path, token.ToText() + '\n', isSecret: true);
            }

            output.WriteLine(arguments.GetValue(file) ?? token.ToText());
            error.WriteLine($"counts once, until {CertsText.Time(record.Expires)}, for {CertsText.List([.. names.DnsNames, .. names.OrganizationalUnits.Select(unit => $"ou={unit}")])}; an older token of {names.Name} counts no more");
            error.WriteLine("bring it to the new node over a safe way; there: feberelay certs enroll https://THIS-HOST:PORT --token-file FILE (- for standard input); here feberelay certs serve must be running");
        }));
        return command;
    }
}
