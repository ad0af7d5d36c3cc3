using System.Net;
using System.Security.Cryptography;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>spiped in front and behind: no TLS and no certificates, but a shared key, AES-256-CTR and HMAC-SHA256.</summary>
internal static class SpipedCandidate
{
    public static readonly Candidate Instance = new("spiped", Family.StreamPeer, Start);

    private static RunningCandidate Start(Site site, Reconnecting reconnecting)
    {
        (IPEndPoint front, IPEndPoint back) = (FreePorts.Next(), FreePorts.Next());
        string key = site["spiped.key"];
        File.WriteAllBytes(key, RandomNumberGenerator.GetBytes(32));
        ChildProcess behind = StartOne(site, "spiped-be", "-d", back, site.Origin, key);
        ChildProcess before = StartOne(site, "spiped-fe", "-e", front, back, key);
        return new RunningCandidate(front, [behind, before]);
    }

    private static ChildProcess StartOne(Site site, string name, string side, IPEndPoint listen, IPEndPoint target, string key) =>
        site.Start(
            name, "/usr/bin/spiped", "-F", side, "-n", "0", "-s", $"[{listen.Address}]:{listen.Port}", "-t", $"[{target.Address}]:{target.Port}",
            "-k", key, "-p", site[$"{name}.pid"]);
}
