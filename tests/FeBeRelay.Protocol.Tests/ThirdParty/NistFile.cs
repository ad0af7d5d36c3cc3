using Xunit;

namespace FeBeRelay.Protocol.Tests.ThirdParty;

/// <summary>A response file of NIST's CAVP, or an RFC's vectors in that form, from Debian's package python3-cryptography-vectors.</summary>
internal static class NistFile
{
    private const string Folder = "/usr/lib/python3/dist-packages/cryptography_vectors";

    /// <summary>The entries of a file: the lines between two blank ones, with those in brackets that stand above them.</summary>
    public static IEnumerable<NistEntry> Read(params string[] path)
    {
        string file = Path.Combine([Folder, .. path]);
        Assert.SkipUnless(File.Exists(file), $"{file} is not there: apt-get install python3-cryptography-vectors");
        return Parse(File.ReadLines(file));
    }

    private static IEnumerable<NistEntry> Parse(IEnumerable<string> lines)
    {
        List<string> section = [];
        Dictionary<string, string> entry = [];
        bool sectionContinues = false;
        foreach (string line in lines.Select(l => l.Trim()).Append(""))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }
            if (line.StartsWith('['))
            {
                section = sectionContinues ? section : [];
                section.Add(line.Trim('[', ']'));
                sectionContinues = true;
            }
            else if (line.Length == 0)
            {
                if (entry.Count > 0)
                {
                    yield return new NistEntry([.. section], entry);
                }
                entry = [];
            }
            else
            {
                sectionContinues = false;
                string[] pair = line.Split('=', 2);
                entry[pair[0].Trim()] = pair.Length == 2 ? pair[1].Trim() : "";
            }
        }
    }
}

/// <summary>One vector.</summary>
/// <param name="Section">The lines in brackets above it.</param>
/// <param name="Values">Name and value; a line without a value, as <c>FAIL</c>, has an empty one.</param>
internal sealed record NistEntry(IReadOnlyList<string> Section, IReadOnlyDictionary<string, string> Values)
{
    public string Name => $"{string.Join(' ', Section)} {string.Join(' ', Values.Take(3).Select(v => $"{v.Key}={v.Value}"))}";

    public bool Has(string name) => Values.ContainsKey(name);

    public bool IsIn(string section) => Section.Contains(section);

    public string Text(string name) => Values[name];

    /// <summary>Hexadecimal; NIST leaves out a leading zero digit where a number is out of range.</summary>
    public byte[] Bytes(string name)
    {
        string hex = Values[name];
        return Convert.FromHexString(hex.Length % 2 == 0 ? hex : "0" + hex);
    }
}
