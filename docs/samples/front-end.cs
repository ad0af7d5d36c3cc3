// An HttpClient that speaks the channel itself, with no relay beside it:
//
//   dotnet run docs/samples/front-end.cs -- FOLDER      FOLDER has ca.pem, fe1.lab.test.pem, fe1.lab.test.key (feberelay certs)
#:project ../../src/FeBeRelay.Channel/FeBeRelay.Channel.csproj
#:property RestorePackagesWithLockFile=false
#:property PublishAot=false
using System.Net;
using FeBeRelay.Channel;
using FeBeRelay.Channel.Hosting;
using FeBeRelay.Channel.Identity;

var options = new ChannelClientOptions
{
    Certificate = new NodeCertificateFiles(Path.Combine(args[0], "fe1.lab.test.pem"), Path.Combine(args[0], "fe1.lab.test.key")),
    Peer = new PeerNode("be1", new IPEndPoint(IPAddress.Loopback, 8443), "be1.lab.test"),
};
options.TrustedRoots.Add(Path.Combine(args[0], "ca.pem"));
await using var client = new ChannelClient(options);
using var http = new HttpClient(new SocketsHttpHandler().UseFeBeChannel(client, "owa"));
Console.Write(await http.GetStringAsync("http://owa.lab.test/"));
