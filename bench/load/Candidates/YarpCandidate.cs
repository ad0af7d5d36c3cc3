using System.Net;
using FeBeRelay.Load.Loads;
using FeBeRelay.Load.Processes;

namespace FeBeRelay.Load.Candidates;

/// <summary>Two stock YARP hosts, this very program, joined by <c>SslStream</c> with certificates of both.</summary>
internal static class YarpCandidate
{
    public static readonly Candidate Instance = new("yarp", Family.Yarp, Start);

    private static RunningCandidate Start(Site site, Reconnecting reconnecting)
    {
        (IPEndPoint front, IPEndPoint back) = (FreePorts.Next(), FreePorts.Next());
        string program = Environment.ProcessPath!;
        ChildProcess behind = site.Start("yarp-be", program, "yarp", "back", $"{back}", $"{site.Origin}", site.Folder);
        ChildProcess before = site.Start("yarp-fe", program, "yarp", "front", $"{front}", $"{back}", site.Folder);
        return new RunningCandidate(front, [behind, before]);
    }
}
