using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Relay.Certificates;
using FeBeRelay.Relay.Fleet;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>policy sign</c>: puts policies for many nodes into a signed envelope.</summary>
internal static class PolicySignCommand
{
    public static Command Create()
    {
        var bundle = new Argument<string>("BUNDLE.json") { Description = "Fleet, version, validity and the tree of units with their policies (docs/fleet.md)." };
        var certificate = new Option<string>("--certificate") { Description = "The signer's certificate with its chain, PEM.", HelpName = "FILE", Required = true };
        var key = new Option<string>("--key") { Description = "Its private key, PEM.", HelpName = "FILE", Required = true };
        var passwordFile = new Option<string?>("--password-file") { Description = "File whose first line is the key's password.", HelpName = "FILE" };
        var target = new Option<string?>("--out") { Description = "The signed bundle; by default the bundle's name, ending in .p7m.", HelpName = "FILE" };
        var command = new ExampleCommand("sign", "Check policies for many nodes and sign them.", """
              feberelay certs issue policy.lab.test --policy-signer
              feberelay policy sign bundle.json --certificate policy.lab.test.pem --key policy.lab.test.key
            """)
        {
            bundle, certificate, key, passwordFile, target,
        };
        command.SetAction(parsed => CertsOptions.Run(parsed, (output, error) =>
        {
            var path = parsed.GetRequiredValue(bundle);
            var json = CertificateFile.Read(path, isSecret: false, SignedBundle.MaxBytes);
            var content = Read(path, json);
            using var signer = LoadSigner(parsed.GetRequiredValue(certificate), parsed.GetRequiredValue(key), parsed.GetValue(passwordFile), out var chain);
            var to = parsed.GetValue(target) ?? Path.ChangeExtension(path, ".p7m");
            CertificateFiles.Replace(to, SignedBundle.Sign(json, signer, chain), isSecret: false);
            output.WriteLine(to);
            error.WriteLine($"signed {content}: {content.Units.Count} unit{(content.Units.Count == 1 ? "" : "s")}, in effect from {(content.Activate is { } at ? $"{at:u}" : "the moment a node has it")}, until {content.NotAfter:u}");
        }));
        return command;
    }

    private static PolicyBundle Read(string path, byte[] json)
    {
        var read = BundleReader.Read(json);
        return read.Bundle ?? throw new UserError(
            ExitCode.ConfigurationInvalid,
            string.Join(Environment.NewLine, read.Errors.Select(e => $"{path}: {e.Key}{(e.Value is null ? "" : $" = \"{e.Value}\"")} {e.Problem}")),
            [.. read.Errors.Select(e => e.Fix).Distinct()]);
    }

    private static X509Certificate2 LoadSigner(string certificatePath, string keyPath, string? passwordFile, out IReadOnlyList<X509Certificate2> chain)
    {
        var certificates = CertificateFile.ReadCertificates(certificatePath);
        var password = passwordFile is null ? null : CertificateFile.ReadPassword(passwordFile);
        using var key = CertificateFile.ReadPrivateKey(keyPath, password);
        chain = [.. certificates.Skip(1)];
        if (CertificateRules.LeafProblems(certificates[0], PeerRole.PolicySigner, TimeProvider.System.GetUtcNow()).FirstOrDefault() is { } problem)
        {
            throw new CertificateException($"{certificatePath}: {problem.Explanation}; nodes would refuse the bundle");
        }

        try
        {
            return key is RSA rsa ? certificates[0].CopyWithPrivateKey(rsa) : certificates[0].CopyWithPrivateKey((ECDsa)key);
        }
        catch (ArgumentException e)
        {
            throw new CertificateException($"{keyPath}: this private key does not belong to the certificate in {certificatePath}", e);
        }
    }
}
