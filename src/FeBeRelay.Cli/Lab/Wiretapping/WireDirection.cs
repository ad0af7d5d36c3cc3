namespace FeBeRelay.Cli.Lab.Wiretapping;

/// <summary>Which way bytes went past the wiretap.</summary>
internal enum WireDirection
{
    /// <summary>From whoever connected to the wiretap to the address behind it.</summary>
    ToTarget,

    /// <summary>From the address behind the wiretap to whoever connected.</summary>
    FromTarget,
}
