using System.CommandLine;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Fleet;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>policy publish</c>: puts a signed bundle where nodes look for it.</summary>
internal static class PolicyPublishCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE.p7m") { Description = "A bundle that feberelay policy sign made." };
        var target = new Option<string>("--to") { Description = "A folder, or an http or https address that takes a PUT (an object store's pre-signed one, say).", HelpName = "FOLDER|URL", Required = true };
        var command = new ExampleCommand("publish", "Put a signed bundle where nodes look for it (policy:fleet:source).", """
              feberelay policy publish bundle.p7m --to /srv/www/feberelay
              feberelay policy publish bundle.p7m --to https://config.lab.test/feberelay/bundle.p7m
            """)
        {
            bundle, target,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(bundle);
            var to = parsed.GetRequiredValue(target);
            try
            {
                var envelope = CertificateFile.Read(path, isSecret: false, SignedBundle.MaxBytes);
                var place = to.StartsWith("http://", StringComparison.Ordinal) || to.StartsWith("https://", StringComparison.Ordinal)
                    ? await PutAsync(envelope, to, cancellationToken)
                    : Copy(envelope, Path.Combine(to, Path.GetFileName(path)));
                parsed.InvocationConfiguration.Output.WriteLine(place);
                return ExitCode.Succeeded;
            }
            catch (Exception e) when (e is IdentityException or CertificateException or HttpRequestException)
            {
                throw new UserError(ExitCode.Failed, e.Message.TrimEnd('.'));
            }
        });
        return command;
    }

    private static string Copy(byte[] envelope, string path)
    {
        CertificateFiles.Replace(path, envelope, isSecret: false);
        return path;
    }

    private static async Task<string> PutAsync(byte[] envelope, string address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Timeout };
        using var content = new ByteArrayContent(envelope);
        content.Headers.ContentType = new("application/pkcs7-mime");
        using var response = await client.PutAsync(address, content, cancellationToken);
        response.EnsureSuccessStatusCode();
        return address;
    }
}
