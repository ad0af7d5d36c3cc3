using System.Globalization;
using System.Net;

namespace FeBeRelay.Scenarios.Processes;

/// <summary>
/// The realm FEBE.TEST with a KDC of its own, and a domain LAB whose users log on by NTLM. The service is HTTP/mail.febe.test.
/// </summary>
internal sealed class KerberosRealm : IAsyncDisposable
{
    private const string Realm = "FEBE.TEST";
    private const string Service = $"HTTP/{Host}";

    private readonly ServerFolder _folder = new("realm");
    private readonly IPEndPoint _endPoint = new(IPAddress.Loopback, ServerFolder.FreePort());
    private ServerProcess? _kdc;

    private KerberosRealm()
    {
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
        var realm = new KerberosRealm();
        realm.Configure();
        await realm.AdministerAsync("kdb5_util", "create", "-s", "-r", Realm, "-P", "master");
        foreach (int person in Enumerable.Range(0, persons))
        {
            await realm.AdministerAsync("kadmin.local", "-q", $"addprinc -pw {Password(person)} {Person(person)}");
        }
        await realm.AdministerAsync("kadmin.local", "-q", $"addprinc -randkey {Service}");
        await realm.AdministerAsync("kadmin.local", "-q", $"ktadd -k {realm._folder["http.keytab"]} {Service}");
        realm._folder.Open("http.keytab");
        realm._folder.Write("users", string.Concat(Enumerable.Range(0, members).Select(m => $"LAB:{Member(m)}:{Password(m)}\n")));
        realm._kdc = new ServerProcess(realm._folder, realm.AdministratorEnvironment, "krb5kdc", "-n");
        await realm._kdc.ListensAsync(realm._endPoint);
        return realm;
    }

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

    private static string Password(int number) => string.Create(CultureInfo.InvariantCulture, $"secret{number}");

    private void Configure()
    {
        _folder.Write("krb5.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            [libdefaults]
              default_realm = {{Realm}}
              dns_lookup_kdc = false
              dns_canonicalize_hostname = false
              rdns = false
              udp_preference_limit = 1
            [realms]
              {{Realm}} = {
                kdc = {{_endPoint}}
              }

            """));
        _folder.Write("kdc.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            [kdcdefaults]
              kdc_listen = ""
              kdc_tcp_listen = {{_endPoint}}
            [realms]
              {{Realm}} = {
                database_name = {{_folder["principal"]}}
                key_stash_file = {{_folder["stash"]}}
                acl_file = {{_folder["acl"]}}
              }

            """));
    }

    private Task<string> AdministerAsync(string program, params string[] arguments) => Tool.RunAsync(AdministratorEnvironment, program, arguments);
}
