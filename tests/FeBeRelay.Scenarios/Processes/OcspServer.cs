using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace FeBeRelay.Scenarios.Processes;

/// <summary><c>openssl ocsp</c> as the responder of a pair's authority.</summary>
internal sealed class OcspServer : IDisposable
{
    private readonly ServerFolder _folder = new("ocsp");
    private readonly IPEndPoint _endPoint = new(IPAddress.Loopback, ServerFolder.FreePort());
    private ServerProcess? _process;

    public string Url => $"http://{_endPoint}/";

    /// <summary>Writes openssl's data base of an authority: these nodes' certificates, and which of them are revoked.</summary>
    public void Write(NodePair nodes, string[] all, params string[] revoked)
    {
        string text = string.Concat(all.Select(node =>
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(nodes[$"{node}.pem"]);
            bool isRevoked = revoked.Contains(node);
            return $"{(isRevoked ? 'R' : 'V')}\t{Time(certificate.NotAfter.ToUniversalTime())}\t{(isRevoked ? Time(DateTime.UtcNow) : "")}\t{certificate.SerialNumber}\tunknown\t/CN={node}.lab.test\n";
        }));
        // openssl looks at the file's attributes beside it, and at its time.
        File.WriteAllText(_folder["index.txt.attr"], "unique_subject = no\n");
        File.WriteAllText(_folder["new"], text);
        File.Move(_folder["new"], _folder["index.txt"], overwrite: true);
    }

    /// <summary>Starts it; answers count for five minutes.</summary>
    /// <param name="nodes">Whose authority.</param>
    /// <param name="signer">Whose certificate and key sign: <c>NAME.pem</c> and <c>NAME.key</c> of the pair.</param>
    public async Task StartAsync(NodePair nodes, string signer)
    {
        _process = new ServerProcess(
            _folder, new Dictionary<string, string>(), "openssl", "ocsp", "-index", _folder["index.txt"], "-CA", nodes["ca.pem"], "-rsigner", nodes[$"{signer}.pem"], "-rkey", nodes[$"{signer}.key"],
            "-port", $"{_endPoint.Port}", "-nmin", "5", "-ignore_err");
        // Not by a connection to try it: one that says nothing keeps openssl 3.0 busy for ever.
        await _process.SaysAsync("waiting for OCSP client connections");
    }

    public async Task StopAsync()
    {
        await _process!.TerminateAsync();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        _process?.TerminateAsync().GetAwaiter().GetResult();
        _process?.Dispose();
        _folder.Dispose();
    }

    private static string Time(DateTime time) => time.ToString("yyMMddHHmmss'Z'", CultureInfo.InvariantCulture);
}
