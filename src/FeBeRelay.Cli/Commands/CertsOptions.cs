using System.CommandLine;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary>Options that several certs commands share, and the way their failures are told.</summary>
internal static class CertsOptions
{
    private const int LongestDays = 36_500;

    public static Option<string> Directory() => new("--directory", "-d")
    {
        Description = "Folder of the authority and of what is made",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => Path.Combine("certs", "out"),
    };

    public static Option<int> Days(int byDefault)
    {
        var option = new Option<int>("--days")
        {
            Description = "Days of validity; never longer than the authority's own",
            HelpName = "N",
            DefaultValueFactory = _ => byDefault,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > LongestDays)
                result.AddError($"--days takes 1 to {LongestDays}");
        });
        return option;
    }

    public static Argument<string> Name()
    {
        var argument = new Argument<string>("NAME")
        {
            Description = "Name of the node, for example fe1.lab.test; also the name of the files",
        };
        argument.Validators.Add(result =>
        {
            var name = result.GetValueOrDefault<string>() ?? "";
            if (!CertificateNames.IsHostName(name))
                result.AddError($"'{CertificateNames.Printable(name)}' is not a host name; use letters, digits and hyphens in parts with dots between");
        });
        return argument;
    }

    public static Option<string[]> DnsNames() => new("--dns")
    {
        Description = "DNS name in the certificate instead of NAME; may be given several times",
        HelpName = "NAME",
    };

    public static Option<string[]> OrganizationalUnits() => new("--ou")
    {
        Description = "Organizational unit, for peers lists such as \"ou=Front Ends\"; may be given several times",
        HelpName = "UNIT",
    };

    public static Option<string?> PasswordFile() => new("--password-file")
    {
        Description = "File whose first line is the password of the PKCS#12 file",
        HelpName = "FILE",
    };

    public static IssueRequest Names(string name, string[]? dnsNames, string[]? units) => new(name)
    {
        DnsNames = dnsNames is { Length: > 0 } ? dnsNames : [name],
        OrganizationalUnits = units ?? [],
    };

    /// <summary>Runs a command's work; what goes wrong with certificates is a line for the person, not a stack trace.</summary>
    public static int Run(ParseResult arguments, Action<TextWriter, TextWriter> work)
    {
        var error = arguments.InvocationConfiguration.Error;
        try
        {
            work(arguments.InvocationConfiguration.Output, error);
            return ExitCode.Succeeded;
        }
        catch (Exception e) when (e is CertificateException or IdentityException)
        {
            Messages.Write(error, e.Message);
            return ExitCode.Failed;
        }
    }
}
