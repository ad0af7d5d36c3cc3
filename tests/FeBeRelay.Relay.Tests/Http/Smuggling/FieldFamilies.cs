using static FeBeRelay.Relay.Tests.Http.Smuggling.SmugglingVariant;

namespace FeBeRelay.Relay.Tests.Http.Smuggling;

/// <summary>Names and values that are none, hosts that are two.</summary>
internal static class FieldFamilies
{
    private const string NoTokens = " \t\0\u0001\u0008\u000b\u000c\u001f\u007f\u0080\u00a0\u00ff()<>@,;\\\"/[]?={}";

    public static IEnumerable<SmugglingVariant> All() => [.. OddNames(), .. OddValues(), .. Hosts(), .. Nominated()];

    private static IEnumerable<SmugglingVariant> OddNames() =>
        from c in NoTokens
        from name in (string[])[$"Content-Length{c}", $"{c}Content-Length", $"Content{c}Length"]
        select new SmugglingVariant($"name {Show(name)}", $"{Post}{name}: {Hidden.Length}\r\n\r\n{Hidden}");

    private static IEnumerable<SmugglingVariant> OddValues() =>
        from c in "\0\u0001\u0008\u000b\u000c\u001f\u007f"
        from place in (string[])[$"a{c}b", $"{c}a", $"a{c}"]
        select new SmugglingVariant($"value {Show(place)}", $"{Post}X-Value: {place}\r\nContent-Length: 0\r\n\r\n");

    private static IEnumerable<SmugglingVariant> Hosts()
    {
        foreach (string hosts in (string[])["", "Host: h\r\nHost: h\r\n", "Host: h\r\nHost: other\r\n", "Host: h\r\nhost: h\r\n", "Host : h\r\n", "Host: h h\r\n", "Host: h\0\r\n", "Host: h/x\r\n",
            "Host: u@h\r\n", "Host: h:x\r\n", "Host: h,other\r\n", "Host: h\r\n other\r\n", "Host: [::1\r\n", "Host: h\\x\r\n", "Host: h?x\r\n", "Host: h#x\r\n", "Host: h\r\nHost_: x\r\nhost_\u0001: x\r\n"])
        {
            yield return new($"host {Show(hosts)}", $"GET {Own} HTTP/1.1\r\n{hosts}\r\n");
        }
        yield return new("host twin", $"GET {Own} HTTP/1.1\r\nHost: h\r\nHO_ST: x\r\n\r\n", Passes: true);
        yield return new("host of the target is another", $"GET http://other{Own} HTTP/1.1\r\nHost: h\r\n\r\n");
        yield return new("host of the target with a user", $"GET http://h@other{Own} HTTP/1.1\r\nHost: h\r\n\r\n");
        yield return new("host of the target is the same", $"GET http://h{Own} HTTP/1.1\r\nHost: h\r\n\r\n", Passes: true);
        yield return new("host that looks like one in the path", $"GET //other{Own} HTTP/1.1\r\nHost: h\r\n\r\n", Passes: true);
    }

    /// <summary>A client that wants its framing taken away.</summary>
    private static IEnumerable<SmugglingVariant> Nominated() =>
        from name in (string[])["Content-Length", "content-length", "close, Content-Length", "Host", "Transfer-Encoding", "TE", "X, Content-Length, Y"]
        select new SmugglingVariant($"Connection: {name}", $"{Post}Connection: {name}\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}", Passes: true);
}
