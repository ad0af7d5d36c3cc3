// An ASP.NET Core back end that speaks the channel itself, with no listener beside it:
//
//   dotnet run docs/samples/back-end.cs -- FOLDER       FOLDER has ca.pem, be1.lab.test.pem, be1.lab.test.key (feberelay certs)
#:sdk Microsoft.NET.Sdk.Web
#:project ../../src/FeBeRelay.Channel/FeBeRelay.Channel.csproj
#:property RestorePackagesWithLockFile=false
#:property PublishAot=false
using System.Net;
using FeBeRelay.Channel.Hosting;
using FeBeRelay.Channel.Identity;

WebApplicationBuilder builder = WebApplication.CreateBuilder();
builder.WebHost.UseFeBeChannel(options =>
{
    options.Listen = new IPEndPoint(IPAddress.Loopback, 8443);
    options.Certificate = new NodeCertificateFiles(Path.Combine(args[0], "be1.lab.test.pem"), Path.Combine(args[0], "be1.lab.test.key"));
    options.TrustedRoots.Add(Path.Combine(args[0], "ca.pem"));
    options.Services["owa"] = ["fe1.lab.test"];
});
WebApplication app = builder.Build();
app.MapGet("/", (HttpContext context) => $"Good day, {context.Features.Get<ChannelPeer>()!.Identity.Name}.\n");
app.Run();
