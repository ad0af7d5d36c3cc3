using System.Diagnostics;
using Xunit;

namespace FeBeRelay.Scenarios.Browser;

/// <summary>The lab as a person starts it: what it printed tells where the console is and what to sign in with.</summary>
internal sealed class RunningLab : IDisposable
{
    private readonly Process _process;

    private RunningLab(Process process) => _process = process;

    public Uri Console { get; private set; } = null!;

    public Uri Endpoint { get; private set; } = null!;

    public string Token { get; private set; } = "";

    public static async Task<RunningLab> StartAsync()
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "feberelay.exe" : "feberelay");
        var lab = new RunningLab(Process.Start(new ProcessStartInfo(program, ["lab", "--http-port", "0"]) { RedirectStandardOutput = true })!);
        while (lab.Token.Length == 0)
        {
            string line = await lab._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("the lab ended");
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["open", { } address, ..]: lab.Endpoint = new Uri(address); break;
                case ["console", { } address, ..]: lab.Console = new Uri(address); break;
                case ["token", { } token]: lab.Token = token; break;
            }
        }
        _ = lab._process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        return lab;
    }

    /// <summary>What somebody's browser asks of the sample mail server.</summary>
    public async Task VisitAsync()
    {
        using var client = new HttpClient { BaseAddress = Endpoint };
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("alice:lab"u8));
        using HttpResponseMessage answer = await client.GetAsync(new Uri("exchange/alice/Inbox/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
