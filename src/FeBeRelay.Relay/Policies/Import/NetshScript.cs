using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FeBeRelay.Relay.Policies.Import;

/// <summary>
/// Reads a script of <c>netsh ipsec static</c> (Windows 2000 to Server 2008): filter lists, filter actions and the rules that join them. What protects
/// there protects here; what weakens there and has no counterpart is left out and told.
/// </summary>
internal static partial class NetshScript
{
    /// <param name="text">The script, one command a line; a caret at the end of a line continues it.</param>
    /// <param name="name">The policy wanted; null for the only one.</param>
    /// <exception cref="FormatException">There is no such policy in it, or several.</exception>
    public static ImportedPolicy Read(string text, string? name)
    {
        Dictionary<string, List<NetshCommand>> commands = Commands(text).GroupBy(c => c.Noun).ToDictionary(g => g.Key, g => g.ToList());
        List<NetshCommand> policies = commands.GetValueOrDefault("policy") ?? [];
        NetshCommand policy = name is null
            ? policies.Count == 1 ? policies[0] : throw new FormatException($"the script has {policies.Count} policies ({string.Join(", ", policies.Select(p => p.Name))}): name one")
            : policies.Find(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw new FormatException($"the script has no policy {name}");
        List<string> remarks = [];
        var rules = new JsonObject();
        foreach (NetshCommand rule in (commands.GetValueOrDefault("rule") ?? []).Where(r => r.Is("policy", policy.Name)))
        {
            string key = KeyOf(rule.Name, rules);
            JsonArray filters = Filters(commands.GetValueOrDefault("filter") ?? [], rule, remarks);
            NetshCommand? action = (commands.GetValueOrDefault("filteraction") ?? []).Find(a => a.Is("name", rule["filteraction"]));
            if (action is null || filters.Count == 0)
            {
                remarks.Add($"rule {rule.Name}: left out, {(action is null ? $"filter action {rule["filteraction"]} is not in the script" : "no filter of it is about TCP connections")}");
                continue;
            }
            rules[key] = Rule(rule, action, filters, remarks);
        }
        var made = new JsonObject { ["posture"] = "secureServer", ["rules"] = rules };
        remarks.Add("what no rule is about is secureServer here; Windows lets it pass: write another posture where that is meant");
        return new ImportedPolicy(policy.Name, made, remarks);
    }

    private static JsonObject Rule(NetshCommand rule, NetshCommand action, JsonArray filters, List<string> remarks)
    {
        var made = new JsonObject { ["filters"] = filters };
        string kind = action["action"].ToLowerInvariant();
        made["action"] = kind.Length == 0 ? "negotiate" : kind;
        if (kind is "permit" or "block")
        {
            return made;
        }
        if (action.IsYes("inpass"))
        {
            made["inpass"] = true;
        }
        if (action.IsYes("soft"))
        {
            made["soft"] = true;
        }
        if (!action.IsYes("qmpfs"))
        {
            remarks.Add($"rule {rule.Name}: without forward secrecy there; it is on here (\"pfs\": false switches it off)");
        }
        AddMethods(made, rule, action["qmsecmethods"], remarks);
        if (!rule["rootca"].Any(char.IsLetter))
        {
            remarks.Add($"rule {rule.Name}: {(rule.IsYes("kerberos") ? "Kerberos" : rule["psk"].Length > 0 ? "a pre-shared key" : "its authentication")} is not taken over; peers prove themselves by certificates");
        }
        return made;
    }

    /// <summary><c>ESP[3DES,SHA1]:100000k/900s AH[SHA1]</c>: protection and lifetime, the preferred first.</summary>
    private static void AddMethods(JsonObject made, NetshCommand rule, string methods, List<string> remarks)
    {
        MatchCollection found = Method().Matches(methods);
        List<string> suites = [.. found.Select(m => IsConfidential(m) ? "aes256-gcm" : "aes256-gmac").Distinct()];
        if (suites.Count > 0)
        {
            made["suites"] = new JsonArray([.. suites.Select(s => JsonValue.Create(s))]);
            remarks.Add($"rule {rule.Name}: {string.Join(", ", found.Select(m => m.Value))} became {string.Join(", ", suites)}");
        }
        if (found.FirstOrDefault(m => m.Groups["k"].Success) is { } life)
        {
            made["lifetimes"] = new JsonObject
            {
                ["keyKilobytes"] = int.Parse(life.Groups["k"].Value, CultureInfo.InvariantCulture),
                ["keySeconds"] = int.Parse(life.Groups["s"].Value, CultureInfo.InvariantCulture),
            };
        }
    }

    private static bool IsConfidential(Match method) =>
        method.Groups["protocol"].Value.Equals("ESP", StringComparison.OrdinalIgnoreCase) && !method.Groups["cipher"].Value.Equals("none", StringComparison.OrdinalIgnoreCase);

    private static JsonArray Filters(List<NetshCommand> filters, NetshCommand rule, List<string> remarks)
    {
        var made = new JsonArray();
        foreach (NetshCommand filter in filters.Where(f => f.Is("filterlist", rule["filterlist"])))
        {
            if (filter["protocol"] is { Length: > 0 } protocol && !protocol.Equals("tcp", StringComparison.OrdinalIgnoreCase) && !protocol.Equals("any", StringComparison.OrdinalIgnoreCase))
            {
                remarks.Add($"filter list {rule["filterlist"]}: {protocol} is left out; only TCP connections are relayed");
                continue;
            }
            made.Add((JsonNode)Filter(filter, remarks));
        }
        return made;
    }

    private static JsonObject Filter(NetshCommand filter, List<string> remarks)
    {
        bool comesIn = IsMe(filter["dstaddr"]) && !IsMe(filter["srcaddr"]);
        (string address, string mask) = comesIn ? (filter["srcaddr"], filter["srcmask"]) : (filter["dstaddr"], filter["dstmask"]);
        var made = new JsonObject { ["peer"] = Peer(address, mask) };
        if (filter["dstport"] is { Length: > 0 } port && port != "0")
        {
            made["port"] = int.Parse(port, CultureInfo.InvariantCulture);
        }
        if (filter["srcport"] is { Length: > 0 } source && source != "0")
        {
            remarks.Add($"filter list {filter["filterlist"]}: source port {source} is left out; connections are told apart by the port that they are made to");
        }
        if (comesIn)
        {
            made["direction"] = "in";
        }
        if (filter["mirrored"].Equals("no", StringComparison.OrdinalIgnoreCase))
        {
            made["mirrored"] = false;
        }
        return made;
    }

    private static string Peer(string address, string mask)
    {
        if (address.Length == 0 || address.Equals("any", StringComparison.OrdinalIgnoreCase))
        {
            return "any";
        }
        if (IsMe(address))
        {
            return "me";
        }
        if (!System.Net.IPAddress.TryParse(address, out _))
        {
            return $"host:{address}";
        }
        int bits = mask.Length == 0 ? 32 : mask.Split('.').Sum(part => int.PopCount(int.Parse(part, CultureInfo.InvariantCulture)));
        return bits == 32 ? address : string.Create(CultureInfo.InvariantCulture, $"{address}/{bits}");
    }

    private static bool IsMe(string address) => address.Equals("me", StringComparison.OrdinalIgnoreCase);

    private static string KeyOf(string name, JsonObject taken)
    {
        string key = NotAllowed().Replace(name.Length == 0 ? "rule" : name, "-");
        key = key[..Math.Min(key.Length, 60)];
        return taken.ContainsKey(key) ? $"{key}-{taken.Count + 1}" : key;
    }

    private static IEnumerable<NetshCommand> Commands(string text) => text.Replace("^\r\n", " ", StringComparison.Ordinal).Replace("^\n", " ", StringComparison.Ordinal)
        .Split('\n').Select(NetshCommand.Parse).OfType<NetshCommand>();

    [GeneratedRegex(@"(?<protocol>ESP|AH)\[(?<cipher>[^,\]]+)(?:,(?<hash>[^\]]+))?\](?::(?<k>\d+)k/(?<s>\d+)s)?", RegexOptions.IgnoreCase)]
    private static partial Regex Method();

    [GeneratedRegex("[^A-Za-z0-9._-]+")]
    private static partial Regex NotAllowed();
}
