using System.Text.Json.Nodes;

namespace FeBeRelay.Relay.Policies.Import;

/// <summary>Reads the policy groups of Libreswan (and FreeS/WAN before it): one file a group, one network a line.</summary>
internal static class LibreswanGroups
{
    // Name of the file, action, flags.
    private static readonly (string File, string Action, bool Inpass, bool Soft)[] Groups =
    [
        ("block", "block", false, false),
        ("private", "negotiate", false, false),
        ("private-or-clear", "negotiate", true, true),
        ("clear-or-private", "respond", false, false),
        ("clear", "permit", false, false),
    ];

    /// <param name="folder">Mostly /etc/ipsec.d/policies.</param>
    /// <exception cref="FormatException">None of the groups is there.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ImportedPolicy Read(string folder)
    {
        List<string> remarks = [];
        var rules = new JsonObject();
        foreach ((string file, string action, bool inpass, bool soft) in Groups)
        {
            string path = Path.Combine(folder, file);
            JsonArray filters = File.Exists(path) ? Filters(File.ReadLines(path), file, remarks) : new JsonArray();
            if (filters.Count == 0)
            {
                continue;
            }
            var rule = new JsonObject { ["filters"] = filters, ["action"] = action };
            if (inpass)
            {
                rule["inpass"] = true;
            }
            if (soft)
            {
                rule["soft"] = true;
            }
            rules[file] = rule;
        }
        remarks.Add("what no group is about is secureServer here; Libreswan lets it pass: write another posture where that is meant");
        return rules.Count > 0
            ? new ImportedPolicy("libreswan", new JsonObject { ["posture"] = "secureServer", ["rules"] = rules }, remarks)
            : throw new FormatException($"{folder} has none of the groups {string.Join(", ", Groups.Select(g => g.File))}");
    }

    private static JsonArray Filters(IEnumerable<string> lines, string group, List<string> remarks)
    {
        var filters = new JsonArray();
        foreach (string[] words in lines.Select(l => l.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length > 0))
        {
            if (words.Length > 1 && words[1] != "tcp")
            {
                remarks.Add($"{group}: {string.Join(' ', words)} is left out; only TCP connections are relayed");
                continue;
            }
            var filter = new JsonObject { ["peer"] = words[0] is "0.0.0.0/0" or "::/0" ? "any" : words[0] };
            if (words.Length > 3 && int.TryParse(words[3], out int port) && port != 0)
            {
                filter["port"] = port;
            }
            filters.Add((JsonNode)filter);
        }
        return filters;
    }
}
