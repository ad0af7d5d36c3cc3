namespace FeBeRelay.Fuzz;

/// <summary>Something that takes bytes from outside and must bear any of them.</summary>
/// <param name="name">As on the command line, and the folder of its corpus.</param>
/// <param name="seeds">Good inputs, which are changed.</param>
/// <param name="allowance">Bytes that a run may allocate besides twice its input: keys, tables, objects of the platform.</param>
internal abstract class FuzzTarget(string name, Func<IReadOnlyList<byte[]>> seeds, long allowance)
{
    private readonly Lazy<IReadOnlyList<byte[]>> _seeds = new(seeds);

    public string Name { get; } = name;

    public long Allowance { get; } = allowance;

    public IReadOnlyList<byte[]> Seeds => _seeds.Value;

    /// <summary>Words that a change may insert.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>Feeds one input in. Returns how many messages were in it that came so far as to be judged. Throws only what nobody declares.</summary>
    public abstract int Run(byte[] input);

    protected static IReadOnlyList<byte[]> Texts(params string[] texts) => [.. texts.Select(System.Text.Encoding.Latin1.GetBytes)];
}
