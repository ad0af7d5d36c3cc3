using System.CommandLine;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Enrollment;

namespace FeBeRelay.Cli.Commands;

/// <summary>What the commands share that ask an authority over the network.</summary>
internal static class EnrollmentOptions
{
    private const string Form = "takes https://HOST:PORT, where feberelay certs serve listens";

    public static Argument<Uri> Address()
    {
        var argument = new Argument<Uri>("URL") { Description = "Where feberelay certs serve listens, https://HOST:PORT" };
        argument.CustomParser = result =>
        {
            if (Parse(result.Tokens[0].Value) is { } address)
            {
                return address;
            }

            result.AddError($"URL {Form}");
            return null;
        };
        return argument;
    }

    public static Option<Uri?> From() => new("--from")
    {
        Description = "Ask the authority over the network, where feberelay certs serve listens, https://HOST:PORT; the present certificate is the proof",
        HelpName = "URL",
        CustomParser = result =>
        {
            if (Parse(result.Tokens[0].Value) is { } address)
            {
                return address;
            }

            result.AddError($"--from {Form}");
            return null;
        },
    };

    /// <summary>Runs a command's work; refusals and silence have exit codes of their own.</summary>
    public static async Task<int> RunAsync(ParseResult arguments, Func<TextWriter, TextWriter, Task> work)
    {
        try
        {
            await work(arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
            return ExitCode.Succeeded;
        }
        catch (EnrollmentException e)
        {
            throw new UserError(e.Fault == EnrollmentFault.Unreachable ? ExitCode.PeerUnreachable : ExitCode.NegotiationFailed, e.Message, e.Hint);
        }
        catch (Exception e) when (e is CertificateException or IdentityException)
        {
            throw new UserError(ExitCode.Failed, e.Message);
        }
    }

    private static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "https", PathAndQuery: "/", UserInfo: "" } ? address : null;
}
