using System.Globalization;
using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace FeBeRelay.Relay.Tests.Http.Stock;

/// <summary>One case of the pass-through tests, to be run against a stock YARP.</summary>
/// <param name="Method">The test.</param>
/// <param name="Row">Its arguments.</param>
internal sealed record StockCase(MethodInfo Method, object?[] Row)
{
    // Against a case that waits for something else than a socket.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>Class, method and arguments.</summary>
    public string Name => $"{Method.DeclaringType!.Name}.{Method.Name}{(Row.Length == 0 ? "" : $"({string.Join(", ", Row.Select(Text))})")}";

    /// <summary>All cases of the classes.</summary>
    public static async Task<List<StockCase>> AllAsync(params IEnumerable<Type> classes)
    {
        List<StockCase> cases = [];
        await using var disposal = new DisposalTracker();
        foreach (MethodInfo method in classes.SelectMany(c => c.GetMethods()).Where(m => m.IsDefined(typeof(FactAttribute))))
        {
            List<IDataAttribute> sources = [.. method.GetCustomAttributes().OfType<IDataAttribute>()];
            foreach (IDataAttribute source in sources)
            {
                cases.AddRange((await source.GetData(method, disposal)).Select(row => new StockCase(method, row.GetData())));
            }
            if (sources.Count == 0)
            {
                cases.Add(new StockCase(method, []));
            }
        }
        return cases;
    }

    /// <summary>Runs it. Why it failed; null when it did not.</summary>
    public async Task<Exception?> RunAsync()
    {
        object instance = Activator.CreateInstance(Method.DeclaringType!)!;
        HopSettings.IsStock = true;
        try
        {
            await ((Task)Method.Invoke(instance, Row)!).WaitAsync(Limit);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static string Text(object? argument) => Convert.ToString(argument, CultureInfo.InvariantCulture)!.Replace("\r\n", "|", StringComparison.Ordinal);
}
