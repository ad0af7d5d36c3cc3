using System.Net;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>Two nodes from two configuration files, as on two servers.</summary>
internal static class FeBeRelayCandidates
{
    private const string WithoutForwardSecrecy = """
        "policy": { "assigned": "p", "policies": { "p": { "posture": "secureServer", "rules": { "all": { "action": "negotiate", "pfs": false } } } } },
        """;

    /// <summary>Both kinds of endpoints of one published program, and where channels are made, also without a key exchange for each.</summary>
    /// <param name="name">Of the program; appears in the tables where several are compared.</param>
    /// <param name="folder">Where it was published.</param>
    public static IEnumerable<Candidate> Of(string name, string folder)
    {
        string program = Path.Combine(folder, "feberelay");
        yield return new Candidate($"{name} stream", Family.Stream, (site, reconnecting) => Start(site, program, $"{name}-stream", Stream, reconnecting));
        yield return new Candidate($"{name} http", Family.Http, (site, reconnecting) => Start(site, program, $"{name}-http", Http, reconnecting));
        yield return new Candidate(
            $"{name} stream, no pfs", Family.Stream, (site, reconnecting) => Start(site, program, $"{name}-no-pfs", Stream, reconnecting, WithoutForwardSecrecy))
        {
            IsForNegotiations = true,
        };
    }

    private static RunningCandidate Start(Site site, string program, string name, Func<IPEndPoint, string> endpoint, Reconnecting reconnecting, string policy = "")
    {
        (IPEndPoint front, IPEndPoint back) = (FreePorts.Next(), FreePorts.Next());
        string pool = reconnecting == Reconnecting.Default ? "" : ", \"maxIdleChannels\": 0";
        string lifetimes = reconnecting == Reconnecting.Full ? "\"lifetimes\": { \"associationQuickModes\": 1 }," : "";
        ChildProcess behind = StartOne(site, program, $"{name}-be", "be1", $$"""
            {{policy}}
            {{lifetimes}}
            "listener": {
              "listen": [ "{{back}}" ],
              "services": { "owa": { "backEnd": "{{site.Origin}}", "peers": [ "fe1.lab.test" ] } }
            }
            """);
        ChildProcess before = StartOne(site, program, $"{name}-fe", "fe1", $$"""
            {{policy}}
            {{lifetimes}}
            "nodes": { "be1": { "address": "{{back}}", "identity": "be1.lab.test"{{pool}} } },
            {{endpoint(front)}}
            """);
        return new RunningCandidate(front, [behind, before]);
    }

    private static string Stream(IPEndPoint listen) => $$"""
        "relay": { "endpoints": { "owa": { "listen": "{{listen}}", "node": "be1", "service": "owa" } } }
        """;

    private static string Http(IPEndPoint listen) => $$"""
        "Kestrel": { "Endpoints": { "owa": { "Url": "http://{{listen}}" } } },
        "ReverseProxy": {
          "Routes": { "mail": { "ClusterId": "mailboxes", "Match": { "Path": "{**all}" } } },
          "Clusters": { "mailboxes": { "Destinations": { "be1": { "Address": "febe://owa@be1" } } } }
        }
        """;

    private static ChildProcess StartOne(Site site, string program, string name, string node, string rest)
    {
        string file = site.Write($"{name}.json", $$"""
            {
              "node": {
                "certificate": { "path": "{{node}}.lab.test.pem", "keyPath": "{{node}}.lab.test.key" }, "trustedRoots": [ "ca.pem" ]
              },
              {{rest}}
            }
            """);
        return site.Start(name, program, "run", "--config", file);
    }
}
