using System.CommandLine;
using System.Security.Cryptography;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs csr</c>: makes a key that never leaves the node, and the request to have it certified.</summary>
internal static class CertsCsrCommand
{
    public static Command Create()
    {
        var name = CertsOptions.Name();
        var directory = CertsOptions.Directory();
        var dnsNames = CertsOptions.DnsNames();
        var units = CertsOptions.OrganizationalUnits();
        var command = new Command("csr", "Make a node's key and a request for its certificate, to be signed elsewhere") { name, directory, dnsNames, units };
        command.SetAction(arguments => CertsOptions.Run(arguments, (output, error) =>
        {
            var files = new CertificateFiles(arguments.GetRequiredValue(directory));
            var asked = CertsOptions.Names(arguments.GetRequiredValue(name), arguments.GetValue(dnsNames), arguments.GetValue(units));
            var (request, key) = (files.In($"{asked.Name}.csr"), files.In($"{asked.Name}.key"));
            CertificateFiles.RequireNew(request, key);
            using var privateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var pem = NodeRequest.Create(privateKey, asked);
            CertificateFiles.Write(key, privateKey.ExportPkcs8PrivateKeyPem() + '\n', isSecret: true);
            CertificateFiles.Write(request, pem + '\n', isSecret: false);
            output.WriteLine(request);
            output.WriteLine(key);
            error.WriteLine($"asks for {CertsText.List(asked.DnsNames)}; the authority's owner runs: feberelay certs sign {Path.GetFileName(request)}");
        }));
        return command;
    }
}
