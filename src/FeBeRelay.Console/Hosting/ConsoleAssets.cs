using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace FeBeRelay.WebConsole.Hosting;

/// <summary>Scripts, styles and images: resources of this assembly, each at its own address. Nothing is read from disk.</summary>
internal static class ConsoleAssets
{
    private const string Prefix = "assets/";
    private static readonly Assembly Here = typeof(ConsoleAssets).Assembly;

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (string name in Here.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string type = TypeOf(name);
            routes.MapGet($"/{name[Prefix.Length..]}", () => Results.Stream(Here.GetManifestResourceStream(name)!, type));
        }
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        string other => throw new InvalidOperationException($"no media type for {other}"),
    };
}
