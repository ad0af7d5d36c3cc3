using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>
/// An administrator goes through the pages of two real nodes: a peer that fails stands in the security log with the reason, a changed line is found, a policy is
/// assigned and taken back, certificates and the other node are there.
/// </summary>
public sealed class PagesScenario(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime
{
    private ConsoleNodes _nodes = null!;

    public async ValueTask InitializeAsync() => _nodes = await ConsoleNodes.StartAsync();

    [Fact(Timeout = 180_000)]
    public async Task A_peer_that_fails_is_in_the_security_log_with_the_reason_and_a_changed_line_is_found()
    {
        await using ConsolePage console = await chromium.OpenAsync(_nodes.Listener);
        await console.SignInAsync(_nodes.Token("be1", "viewer"));
        IPage page = console.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Security log" }).ClickAsync();
        await Expect(console.Rows("nodeStarted")).ToHaveCountAsync(1);

        using (var probe = new Cli.RunningProgram("probe", "be1", "--config", _nodes.Pair["fe1.json"], "--set", "nodes:be1:identity=be2.lab.test"))
        {
            Assert.Equal(5, (await probe.EndAsync()).Code);
        }

        ILocator failed = console.Rows("mainModeFailed");
        await Expect(failed.First).ToContainTextAsync("AlertedByPeer");
        await page.Locator("#outcome").SelectOptionAsync("Failure");
        await Expect(console.Rows("nodeStarted")).ToHaveCountAsync(0);
        await page.Locator("#category").SelectOptionAsync("Policy");
        await Expect(page.Locator("#count")).ToContainTextAsync("0 of");
        await page.Locator("#category").SelectOptionAsync("Logon");
        await failed.First.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "547 mainModeFailed" })).ToBeVisibleAsync();
        await Expect(page.Locator("dt:text-is('failurePoint') + dd")).ToHaveTextAsync("peer");
        await page.GoBackAsync();

        await page.Locator("#verify").ClickAsync();
        await Expect(page.Locator("#verified .badge")).ToHaveTextAsync("intact");
        string file = _nodes.Pair["audit/be1.jsonl"];
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("nodeStarted", "nodeStopped", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await page.Locator("#verify").ClickAsync();
        await Expect(page.Locator("#verified .badge")).ToHaveTextAsync("NOT INTACT");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("be1.jsonl:");
        console.AssertNoComplaint();
    }

    [Fact(Timeout = 180_000)]
    public async Task An_operator_assigns_a_policy_and_takes_it_back_and_a_viewer_cannot()
    {
        await using ConsolePage viewer = await chromium.OpenAsync(new Uri(_nodes.Relay, "policies"));
        await viewer.SignInAsync(_nodes.Token("fe1", "viewer"));
        await Expect(viewer.Page.Locator("#policy-name")).ToHaveTextAsync("secureServer");
        await Expect(viewer.Page.Locator("#assign")).ToHaveCountAsync(0);

        await using ConsolePage console = await chromium.OpenAsync(new Uri(_nodes.Relay, "policies"));
        await console.SignInAsync(_nodes.Token("fe1", "operator"));
        IPage page = console.Page;
        await page.Locator("#policy").SelectOptionAsync("server");
        await page.Locator("#assign").ClickAsync();
        await page.Locator("#confirm").ClickAsync();
        await Expect(page.Locator("#policy-name")).ToHaveTextAsync("server");
        await Expect(viewer.Page.Locator("#policy-name")).ToHaveTextAsync("server");
        await Expect(page.Locator("#assignment")).ToContainTextAsync("server, by the command or here");
        await Expect(page.Locator("#rules tbody tr")).ToContainTextAsync("inpass, soft, ratchet");

        using (var trial = new Cli.RunningProgram("policy", "activate", "requireInRequestOut", "--confirm-within", "2h", "--config", _nodes.Pair["fe1.json"]))
        {
            Assert.Equal(0, (await trial.EndAsync()).Code);
        }
        await Expect(page.Locator("#policy-name")).ToHaveTextAsync("requireInRequestOut");
        await Expect(viewer.Page.Locator("#trial")).ToContainTextAsync("on trial until");
        await Expect(viewer.Page.Locator("#confirm-trial")).ToHaveCountAsync(0);
        await page.Locator("#confirm-trial").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Confirmed");

        await page.Locator("#from").FillAsync("owa");
        await page.Locator("#to").FillAsync("be1");
        await page.Locator("#as-if").SelectOptionAsync("secureServer");
        await page.GetByRole(AriaRole.Button, new() { Name = "Explain" }).ClickAsync();
        await Expect(page.Locator("#explanation")).ToContainTextAsync("rule secureServer (negotiate)");
        await Expect(page.Locator("#explanation tr:has-text('does not speak')")).ToContainTextAsync("blocked");

        await page.Locator("#look").ClickAsync();
        await Expect(page.Locator("#ready .badge")).ToHaveTextAsync("not ready");
        await Expect(page.Locator("#ready")).ToContainTextAsync("the log begins at");

        await page.Locator("#unassign").ClickAsync();
        await page.Locator("#confirm").ClickAsync();
        await Expect(page.Locator("#policy-name")).ToHaveTextAsync("secureServer");
        string log = await File.ReadAllTextAsync(_nodes.Pair["audit/fe1.jsonl"], TestContext.Current.CancellationToken);
        Assert.Contains("policy server assigned", log, StringComparison.Ordinal);
        console.AssertNoComplaint();
        viewer.AssertNoComplaint();
    }

    [Fact(Timeout = 180_000)]
    public async Task Certificates_and_the_other_node_are_there_and_a_node_that_does_not_answer_says_why()
    {
        await _nodes.VisitAsync();
        await using ConsolePage console = await chromium.OpenAsync(new Uri(_nodes.Relay, "certificates"));
        await console.SignInAsync(_nodes.Token("fe1", "viewer"));
        IPage page = console.Page;
        await Expect(page.Locator("#own-chain")).ToContainTextAsync("fe1.lab.test");
        await Expect(page.Locator("#roots")).ToContainTextAsync("authority");
        await Expect(page.Locator("#peer-table")).ToContainTextAsync("be1.lab.test");
        await Expect(page.Locator("#no-lists")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Nodes" }).ClickAsync();
        ILocator other = page.Locator("#nodes tbody tr").Nth(1);
        await Expect(other).ToContainTextAsync("answers");
        await Expect(other).ToContainTextAsync("be1");
        await _nodes.Pair.Listener.KillAsync();
        await Expect(other).ToContainTextAsync("no answer");
        await Expect(other).ToContainTextAsync("feberelay probe be1");
        console.AssertNoComplaint();
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
    }
}
