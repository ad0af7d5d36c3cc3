using FeBeRelay.Relay.Configuration;
using FeBeRelay.Relay.Policies.Readiness;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Configuration;

namespace FeBeRelay.WebConsole.Policies;

/// <summary>What Secure Server would have done to recorded traffic, as <c>feberelay policy readiness</c> tells it.</summary>
public sealed partial class ReadinessPart : ComponentBase
{
    private const int MostDays = 3_650;
    private const int MostRows = 200;

    private ReadinessReport? _report;
    private string? _problem;
    private bool _isLooking;
    private int _days = 7;

    /// <summary>The node's configuration.</summary>
    [Parameter]
    [EditorRequired]
    public NodeConfiguration Configuration { get; set; } = null!;

    /// <summary>The whole of it, with .NET's and YARP's sections.</summary>
    [Parameter]
    [EditorRequired]
    public IConfiguration Values { get; set; } = null!;

    private async Task LookAsync()
    {
        if (_isLooking)
        {
            return;
        }
        (_isLooking, _report, _problem) = (true, null, null);
        try
        {
            int days = Math.Clamp(_days, 1, MostDays);
            // Not on the circuit's own thread: a log may be long.
            _report = await Task.Run(() => new ReadinessCheck(Configuration, Values, Node.Time).RunAsync(days, CancellationToken.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problem = $"The security log cannot be read: {e.Message}";
        }
        finally
        {
            _isLooking = false;
        }
    }

    private static string BadgeOf(ReadinessVerdict verdict) => verdict switch
    {
        ReadinessVerdict.Passes => "badge good",
        ReadinessVerdict.Unknown => "badge warn",
        _ => "badge bad",
    };
}
