using System.Net;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>stunnel in front and behind.</summary>
internal static class StunnelCandidate
{
    public static readonly Candidate Instance = new("stunnel", Family.StreamPeer, Start);

    private static RunningCandidate Start(Site site, Reconnecting reconnecting)
    {
        (IPEndPoint front, IPEndPoint back) = (FreePorts.Next(), FreePorts.Next());
        string reuse = reconnecting == Reconnecting.Full ? "sessionResume = no" : "";
        ChildProcess behind = StartOne(site, "stunnel-be", "be1", back, site.Origin, $"requireCert = yes\n{reuse}");
        ChildProcess before = StartOne(site, "stunnel-fe", "fe1", front, back, $"client = yes\ncheckHost = be1.lab.test\n{reuse}");
        return new RunningCandidate(front, [behind, before]);
    }

    private static ChildProcess StartOne(Site site, string name, string node, IPEndPoint listen, IPEndPoint target, string rest)
    {
        string file = site.Write($"{name}.conf", $"""
            foreground = yes
            pid =
            debug = err
            [relay]
            accept = {listen}
            connect = {target}
            cert = {site[$"{node}.lab.test.pem"]}
            key = {site[$"{node}.lab.test.key"]}
            CAfile = {site["ca.pem"]}
            verifyChain = yes
            sslVersionMin = TLSv1.3
            ciphersuites = {Site.TlsSuite}
            TIMEOUTidle = 3600
            {rest}

            """);
        return site.Start(name, "/usr/bin/stunnel4", file);
    }
}
