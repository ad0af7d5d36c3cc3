using Microsoft.AspNetCore.Components.Server.Circuits;

namespace FeBeRelay.WebConsole.Hosting;

/// <summary>Circuits cost memory before anybody has signed in: only so many at once. Thread-safe.</summary>
internal sealed class CircuitLimit : CircuitHandler
{
    /// <summary>Circuits at once; one more is refused.</summary>
    public const int Max = 64;

    private int _open;

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken) => Interlocked.Increment(ref _open) > Max
        ? throw new InvalidOperationException($"{Max} pages are open")
        : Task.CompletedTask;

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Interlocked.Decrement(ref _open);
        return Task.CompletedTask;
    }
}
