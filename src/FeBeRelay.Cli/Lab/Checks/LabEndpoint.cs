namespace FeBeRelay.Cli.Lab.Checks;

/// <summary>One way to the back ends.</summary>
/// <param name="Kind">What its checks are called after; empty for the only one.</param>
/// <param name="Address">Where a client connects.</param>
/// <param name="Parses">Whether requests are parsed on the way: then a few odd ones are refused that a wire would carry.</param>
internal sealed record LabEndpoint(string Kind, Uri Address, bool Parses)
{
    public static LabEndpoint Stream(Uri address) => new("", address, Parses: false);

    public static LabEndpoint Http(Uri address) => new("http: ", address, Parses: true);
}
