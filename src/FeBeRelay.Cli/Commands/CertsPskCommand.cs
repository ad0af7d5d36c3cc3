using System.CommandLine;
using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Policy;
using FeBeRelay.Relay.Certificates;

namespace FeBeRelay.Cli.Commands;

/// <summary><c>certs psk</c>: makes a pre-shared key.</summary>
internal static class CertsPskCommand
{
    public static Command Create()
    {
        var directory = CertsOptions.Directory();
        var name = new Argument<string>("NAME") { Description = "Name of the key: the same on all nodes that hold it" };
        name.Validators.Add(result =>
        {
            if (!AuthenticationMethod.IsKeyName(result.GetValueOrDefault<string>() ?? ""))
                result.AddError("NAME takes 1 to 63 characters of a-z, 0-9, dot and hyphen, a letter or digit first and last");
        });
        var command = new Command("psk", "Make a pre-shared key for node:preSharedKeys") { name, directory };
        command.SetAction(arguments => CertsOptions.Run(arguments, (output, error) =>
        {
            var path = Path.Combine(arguments.GetRequiredValue(directory), $"{arguments.GetRequiredValue(name)}.psk");
            CertificateFiles.RequireNew(path);
            CertificateFiles.Write(path, PreSharedKeyFile.Generate(), isSecret: true);
            output.WriteLine(path);
            error.WriteLine($"made pre-shared key {arguments.GetValue(name)}; copy it to each node of the group over a safe way, and to no other");
            error.WriteLine("whoever has it can be any node of the group: prefer certificates where nodes can have them");
        }));
        return command;
    }
}
