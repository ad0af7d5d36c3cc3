using FeBeRelay.Protocol.Policy;
using FeBeRelay.Protocol.Tests.Vectors;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Policy;

/// <summary>The outcomes that administrators of Windows know, and the page that lists all of them.</summary>
public sealed class PolicyForecastTests
{
    [Theory]
    [InlineData("client", "client", "clear")]
    [InlineData("client", "server", "clear, then secured")]
    [InlineData("client", "secureServer", "clear sent, refused, then secured")]
    [InlineData("client", null, "clear")]
    [InlineData("server", "client", "secured")]
    [InlineData("server", "server", "secured")]
    [InlineData("server", "secureServer", "secured")]
    [InlineData("server", null, "clear (soft)")]
    [InlineData("secureServer", "client", "secured")]
    [InlineData("secureServer", "server", "secured")]
    [InlineData("secureServer", "secureServer", "secured")]
    [InlineData("secureServer", null, "blocked")]
    [InlineData("requireInRequestOut", "client", "secured")]
    [InlineData("requireInRequestOut", null, "clear (soft)")]
    public void Each_pair_of_postures_ends_as_in_windows(string initiator, string? responder, string outcome)
    {
        PeerModel peer = responder is null ? new PeerModel(PeerCapability.Silent, null) : new PeerModel(PeerCapability.Capable, Find(responder).Rule);

        Assert.Equal(outcome, PolicyForecast.Of(Start(Find(initiator)), peer).ToString());
    }

    [Theory]
    [InlineData("client", "clear, then blocked")]
    [InlineData("server", "blocked")]
    [InlineData("secureServer", "blocked")]
    public void Credentials_or_suites_that_do_not_fit_mean_blocked_not_clear(string initiator, string outcome)
    {
        foreach (PeerCapability capability in (PeerCapability[])[PeerCapability.BadCredentials, PeerCapability.NoCredentials, PeerCapability.NoCommonSuite])
        {
            Assert.Equal(outcome, PolicyForecast.Of(Start(Find(initiator)), new PeerModel(capability, Posture.Server.Rule)).ToString());
        }
    }

    [Fact]
    public void The_later_windows_goes_clear_where_credentials_do_not_fit()
    {
        OutboundSituation start = Start(Posture.Server) with { Rule = Posture.Server.Rule with { Fallback = FallbackSettings.For(FallbackBehaviour.WindowsXp) } };

        Assert.Equal("clear (soft)", PolicyForecast.Of(start, new PeerModel(PeerCapability.BadCredentials, Posture.Server.Rule)).ToString());
    }

    [Fact]
    public void The_shipped_secure_server_of_windows_takes_the_first_clear_connection()
    {
        PolicyRule shipped = Posture.SecureServer.Rule with { InPass = true };

        Assert.Equal("clear, then secured", PolicyForecast.Of(Start(Posture.Client), new PeerModel(PeerCapability.Capable, shipped)).ToString());
    }

    [Fact]
    public void The_page_of_outcomes_is_the_one_in_the_documents()
    {
        string path = VectorFiles.InSourceTree("docs", "policy-matrix.md");
        string page = PolicyMatrix.Markdown();
        if (Environment.GetEnvironmentVariable("FEBERELAY_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.Equal(File.ReadAllText(path), page);
    }

    private static Posture Find(string name) => Posture.TryFind(name, out Posture? posture) ? posture : throw new ArgumentException(name);

    private static OutboundSituation Start(Posture posture) => new() { Rule = posture.Rule, HasClearTo = true };
}
