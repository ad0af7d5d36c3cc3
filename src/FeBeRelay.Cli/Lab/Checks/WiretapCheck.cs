using System.Text;
using FeBeRelay.Cli.Lab.Wiretapping;

namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>
/// The point of it all: nothing the checks sent can be read on the link. That says something only if it did pass there,
/// and if the same search finds it where the bytes are clear.
/// </summary>
internal sealed class WiretapCheck(Wiretap link, Wiretap? clear)
{
    public const string Name = "wiretap";

    public void Watch(string marker)
    {
        link.Watch(Encoding.ASCII.GetBytes(marker));
        clear?.Watch(Encoding.ASCII.GetBytes(marker));
    }

    public LabCheckResult Judge(IReadOnlyDictionary<string, string> markersByCheck)
    {
        (bool ok, string detail) = Verdict(markersByCheck);
        return new LabCheckResult(Name, ok, link.Bytes(WireDirection.ToTarget), link.Bytes(WireDirection.FromTarget), TimeSpan.Zero, detail);
    }

    private (bool Ok, string Detail) Verdict(IReadOnlyDictionary<string, string> markersByCheck)
    {
        string[] readable = [.. markersByCheck.Where(check => Saw(link, check.Value)).Select(check => check.Key)];
        if (readable.Length > 0)
        {
            return (false, $"readable on the link: {string.Join(", ", readable)}");
        }

        if (Math.Min(link.Bytes(WireDirection.ToTarget), link.Bytes(WireDirection.FromTarget)) < MessageCheck.AttachmentLength)
        {
            return (false, "less passed the wiretap than was sent: the traffic took another way");
        }

        string[] lost = [.. markersByCheck.Where(check => clear is not null && !Saw(clear, check.Value)).Select(check => check.Key)];
        return lost.Length > 0
            ? (false, $"never reached the back end, so nothing is proved for: {string.Join(", ", lost)}")
            : (true, $"none of {markersByCheck.Count} markers readable on the link{(clear is null ? "" : ", all of them at the back end")}");
    }

    private static bool Saw(Wiretap tap, string marker) => tap.Saw(Encoding.ASCII.GetBytes(marker));
}
