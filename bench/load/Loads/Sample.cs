namespace FeBeRelay.Load.Loads;

/// <summary>One turn of one relay.</summary>
internal sealed record Sample
{
    public required long Requests { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Bytes of bodies and heads, whichever direction has more.</summary>
    public required long Bytes { get; init; }

    /// <summary>Requests that failed or were not answered with 2xx.</summary>
    public required long Errors { get; init; }

    /// <summary>Microseconds.</summary>
    public required double P50 { get; init; }

    /// <summary>Microseconds.</summary>
    public required double P99 { get; init; }

    /// <summary>Microseconds.</summary>
    public required double P999 { get; init; }

    /// <summary>Processor time of all the relay's processes, in microseconds.</summary>
    public required double CpuMicroseconds { get; init; }

    /// <summary>Resident memory of all the relay's processes behind the turn, in bytes.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>The same in front of the load, where memory is what is measured.</summary>
    public long EmptyBytes { get; init; }

    public double RequestsPerSecond => Requests / Seconds;

    public double CpuPerRequest => CpuMicroseconds / Math.Max(1, Requests);

    public double CpuPerMebibyte => CpuMicroseconds / Math.Max(1, Bytes / 1_048_576.0);

    public double MebibytesPerSecond => Bytes / 1_048_576.0 / Seconds;
}
