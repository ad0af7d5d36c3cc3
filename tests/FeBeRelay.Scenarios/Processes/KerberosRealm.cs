using System.Globalization;
using System.Net;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>
/// A realm with a KDC of its own, FEBE.TEST if nothing else is said, and a domain LAB whose users log on by NTLM. The service is HTTP/mail.febe.test; nodes are principals too.
/// </summary>
internal sealed class KerberosRealm : IAsyncDisposable
{
    private const string Service = $"HTTP/{Host}";

    private readonly string _name;
    private readonly string? _clock;
    private readonly ServerFolder _folder = new("realm");
    private readonly IPEndPoint _endPoint = new(IPAddress.Loopback, ServerFolder.FreePort());
    private ServerProcess? _kdc;

    private KerberosRealm(string name, string? clock = null)
    {
        _name = name;
        _clock = clock;
    }

    /// <summary>The name of the server that people log on to.</summary>
    public const string Host = "mail.febe.test";

    /// <summary>What a server needs to know the realm's people, and the domain's.</summary>
    public IReadOnlyDictionary<string, string> ServerEnvironment => new Dictionary<string, string>
    {
        ["KRB5_CONFIG"] = _folder["krb5.conf"],
        ["KRB5_KTNAME"] = $"FILE:{_folder["http.keytab"]}",
        ["NTLM_USER_FILE"] = _folder["users"],
    };

    private Dictionary<string, string> AdministratorEnvironment => new() { ["KRB5_CONFIG"] = _folder["krb5.conf"], ["KRB5_KDC_PROFILE"] = _folder["kdc.conf"] };

    /// <summary>Starts the KDC; users of the realm are person0, person1, ..., of the domain member0, member1, ...</summary>
    public static async Task<KerberosRealm> StartAsync(int persons, int members)
    {
        var realm = new KerberosRealm("FEBE.TEST");
        await realm.CreateAsync();
        foreach (int person in Enumerable.Range(0, persons))
        {
            await realm.AdministerAsync("kadmin.local", "-q", $"addprinc -pw {Password(person)} {Person(person)}");
        }
        await realm.AdministerAsync("kadmin.local", "-q", $"addprinc -randkey {Service}");
        await realm.AdministerAsync("kadmin.local", "-q", $"ktadd -k {realm._folder["http.keytab"]} {Service}");
        realm._folder.Open("http.keytab");
        realm._folder.Write("users", string.Concat(Enumerable.Range(0, members).Select(m => $"LAB:{Member(m)}:{Password(m)}\n")));
        await realm.ServeAsync();
        return realm;
    }

    /// <summary>Starts the KDC of a realm for nodes.</summary>
    /// <param name="name">The realm.</param>
    /// <param name="clock">How far the KDC's clock is off, in the words of libfaketime, such as +20m; null for not at all.</param>
    public static async Task<KerberosRealm> StartForNodesAsync(string name = "FEBE.TEST", string? clock = null)
    {
        var realm = new KerberosRealm(name, clock);
        await realm.CreateAsync();
        await realm.ServeAsync();
        return realm;
    }

    /// <summary>What a node needs to know of the realm.</summary>
    public IReadOnlyDictionary<string, string> NodeEnvironment => new Dictionary<string, string> { ["KRB5_CONFIG"] = _folder["krb5.conf"], ["KRB5RCACHENAME"] = $"file2:{_folder["replays"]}" };

    /// <summary>Makes a principal for a node, and its keytab.</summary>
    public async Task AddNodeAsync(string principal, string keytab)
    {
        await AdministerAsync("kadmin.local", "-q", $"addprinc -randkey {principal}");
        await AdministerAsync("kadmin.local", "-q", $"ktadd -k {keytab} {principal}");
    }

    /// <summary>Gives a principal another key, of which no keytab knows.</summary>
    public Task ChangeKeyAsync(string principal) => AdministerAsync("kadmin.local", "-q", $"cpw -randkey {principal}");

    /// <summary>Gets a ticket-granting ticket by the keytab, at the KDC's time, and leaves it in a file.</summary>
    public Task LogOnNodeAsync(string principal, string keytab, string cache) =>
        Tool.RunAsync(AtKdcTime(new(NodeEnvironment) { ["KRB5CCNAME"] = $"FILE:{cache}" }), "kinit", "-k", "-t", keytab, principal);

    /// <summary>The KDC goes.</summary>
    public Task StopAsync() => _kdc!.TerminateAsync();

    public static string Person(int number) => string.Create(CultureInfo.InvariantCulture, $"person{number}");

    public static string Member(int number) => string.Create(CultureInfo.InvariantCulture, $"member{number}");

    /// <summary>The environment of a program that a person has started: logged on to the realm.</summary>
    public async Task<IReadOnlyDictionary<string, string>> LogOnPersonAsync(int number)
    {
        var environment = new Dictionary<string, string> { ["KRB5_CONFIG"] = _folder["krb5.conf"], ["KRB5CCNAME"] = $"FILE:{_folder[$"{Person(number)}.cc"]}", ["NTLM_USER_FILE"] = "/nonexistent" };
        await Tool.RunAsync(environment, "sh", "-c", $"echo {Password(number)} | kinit {Person(number)}");
        return environment;
    }

    /// <summary>The same of a member of the domain, who has no ticket: logs on by NTLM.</summary>
    public IReadOnlyDictionary<string, string> LogOnMember(int number) => new Dictionary<string, string>
    {
        ["KRB5_CONFIG"] = _folder["krb5.conf"],
        ["KRB5CCNAME"] = "FILE:/nonexistent",
        ["NTLM_USER_FILE"] = _folder.Write($"{Member(number)}.user", $"LAB:{Member(number)}:{Password(number)}\n"),
    };

    public async ValueTask DisposeAsync()
    {
        if (_kdc is not null)
        {
            await _kdc.TerminateAsync();
            _kdc.Dispose();
        }
        _folder.Dispose();
    }

    private async Task CreateAsync()
    {
        Configure();
        await AdministerAsync("kdb5_util", "create", "-s", "-r", _name, "-P", "master");
    }

    private async Task ServeAsync()
    {
        _kdc = new ServerProcess(_folder, AtKdcTime(AdministratorEnvironment), "krb5kdc", "-n");
        await _kdc.ListensAsync(_endPoint);
    }

    private Dictionary<string, string> AtKdcTime(Dictionary<string, string> environment)
    {
        if (_clock is not null)
        {
            environment["LD_PRELOAD"] = Tool.FakeTime;
            environment["FAKETIME"] = _clock;
        }
        return environment;
    }

    private static string Password(int number) => string.Create(CultureInfo.InvariantCulture, $"secret{number}");

    private void Configure()
    {
        _folder.Write("krb5.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            [libdefaults]
              default_realm = {{_name}}
              dns_lookup_kdc = false
              dns_canonicalize_hostname = false
              rdns = false
              udp_preference_limit = 1
            [realms]
              {{_name}} = {
                kdc = {{_endPoint}}
              }

            """));
        _folder.Write("kdc.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            [kdcdefaults]
              kdc_listen = ""
              kdc_tcp_listen = {{_endPoint}}
            [realms]
              {{_name}} = {
                database_name = {{_folder["principal"]}}
                key_stash_file = {{_folder["stash"]}}
                acl_file = {{_folder["acl"]}}
                max_life = 1h
              }

            """));
    }

    private Task<string> AdministerAsync(string program, params string[] arguments) => Tool.RunAsync(AdministratorEnvironment, program, arguments);
}
