using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Clause 10.1 for the hybrid group: main mode and quick mode give the recorded values for the recorded inputs.</summary>
public sealed class HybridVectorTests
{
    private const string FileName = "hybrid.json";
    private static readonly Lazy<HybridVectorFile> Recorded = new(() => VectorFiles.Read<HybridVectorFile>(FileName));

    [Fact]
    public void Main_mode_gives_the_recorded_values()
    {
        MainModeVector vector = Recorded.Value.MainMode;

        Assert.Equal(VectorFiles.Text(vector.Outputs), VectorFiles.Text(MainModeFunction.Of(vector.Inputs)));
        Assert.Equal(Group.P256MlKem768.Id, ResponderHello.Decode(Convert.FromHexString(vector.Outputs.Records["r2"])).Share.Group);
        Assert.Equal(2 * 64, vector.Outputs.Secrets["DH"].Length);
    }

    [Fact]
    public void Quick_mode_gives_the_recorded_values()
    {
        QuickModeVector vector = Recorded.Value.QuickMode;

        Assert.Equal(VectorFiles.Text(vector.Outputs), VectorFiles.Text(QuickModeFunction.Of(vector.Inputs)));
    }

    /// <summary>Draws everything anew; see tests/vectors/README.md. What it writes is checked by the tests above.</summary>
    [Fact(Explicit = true)]
    public void Write_the_hybrid_vectors() => VectorFiles.Write(FileName, new HybridVectorFile(MainModeVectorWriter.MakeHybrid(), QuickModeVectorWriter.MakeHybrid()));

    private sealed record HybridVectorFile(MainModeVector MainMode, QuickModeVector QuickMode);
}
