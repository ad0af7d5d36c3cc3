using System.Net;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>HAProxy in front and behind: without encryption (the ceiling), and with TLS and certificates of both.</summary>
internal static class HaproxyCandidates
{
    public static readonly Candidate Plain = new("two plain hops", Family.Ceiling, (site, _) => Start(site, "plain", "tcp", "", ""));

    public static readonly Candidate Tcp = new("haproxy tcp", Family.StreamPeer, (site, reconnecting) => StartSecured(site, "tcp", reconnecting));

    public static readonly Candidate Http = new("haproxy http", Family.HttpPeer, (site, reconnecting) => StartSecured(site, "http", reconnecting));

    private static RunningCandidate StartSecured(Site site, string mode, Reconnecting reconnecting)
    {
        foreach (string node in (string[])["fe1", "be1"])
        {
            // Once: another candidate may be reading it.
            if (!File.Exists(site[$"{node}.both.pem"]))
            {
                site.Write($"{node}.both.pem", File.ReadAllText(site[$"{node}.lab.test.pem"]) + File.ReadAllText(site[$"{node}.lab.test.key"]));
            }
        }
        string reuse = reconnecting == Reconnecting.Full ? "no-ssl-reuse" : "";
        return Start(
            site, mode, mode, $"ssl crt {site["be1.both.pem"]} ca-file {site["ca.pem"]} verify required",
            $"ssl crt {site["fe1.both.pem"]} ca-file {site["ca.pem"]} verify required verifyhost be1.lab.test {reuse}");
    }

    private static RunningCandidate Start(Site site, string name, string mode, string bind, string server)
    {
        (IPEndPoint front, IPEndPoint back) = (FreePorts.Next(), FreePorts.Next());
        ChildProcess behind = StartOne(site, $"haproxy-{name}-be", mode, $"bind {back} {bind} backlog 4096", $"server next {site.Origin}");
        ChildProcess before = StartOne(site, $"haproxy-{name}-fe", mode, $"bind {front} backlog 4096", $"server next {back} {server}");
        return new RunningCandidate(front, [behind, before]);
    }

    private static ChildProcess StartOne(Site site, string name, string mode, string bind, string server)
    {
        string file = site.Write($"{name}.cfg", $"""
            global
              nbthread {Environment.ProcessorCount}
              maxconn 9500
              ssl-default-bind-options ssl-min-ver TLSv1.3
              ssl-default-server-options ssl-min-ver TLSv1.3
              ssl-default-bind-ciphersuites {Site.TlsSuite}
              ssl-default-server-ciphersuites {Site.TlsSuite}
            defaults
              mode {mode}
              {(mode == "http" ? "http-reuse always" : "")}
              timeout connect 5s
              timeout client 1h
              timeout server 1h
            listen relay
              {bind}
              {server}

            """);
        return site.Start(name, "/usr/sbin/haproxy", "-db", "-f", file);
    }
}
