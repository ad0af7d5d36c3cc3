using System.Diagnostics;
using Xunit;

namespace FeBeRelay.Scenarios.Hosts;

/// <summary>tests/lab/attacker.py in the middle of the link.</summary>
internal sealed class Attacker : IDisposable
{
    private readonly Process _process;

    private Attacker(Process process) => _process = process;

    /// <summary>Sees what passes from now on.</summary>
    public static async Task<Attacker> StartAsync(LabNetwork network)
    {
        var attacker = new Attacker(LabNetwork.Start(network.Middle, "python3", Path.Combine(AppContext.BaseDirectory, "attacker.py"), "fe-link", "8443"));
        Assert.Equal("watching", await attacker._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        return attacker;
    }

    /// <summary>Has him do something, and gives what he says of it.</summary>
    public async Task<string> DoAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        return await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
