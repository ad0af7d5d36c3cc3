using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Tests.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Clause 10.1: the product gives the recorded values for the recorded inputs.</summary>
public sealed class MainModeVectorTests
{
    private const string FileName = "main-mode.json";
    private static readonly Lazy<MainModeVectorFile> Recorded = new(() => VectorFiles.Read<MainModeVectorFile>(FileName));

    public static TheoryData<string> Names => new(Recorded.Value.MainMode.Select(v => v.Name));

    public static TheoryData<string, string, string> Malformed
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (BrokenRecord broken in Recorded.Value.Malformed)
            {
                rows.Add(broken.Vector, broken.InsteadOf, broken.Name);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Main_mode_gives_the_recorded_values(string name)
    {
        MainModeVector vector = Recorded.Value.MainMode.Single(v => v.Name == name);

        Assert.Equal(VectorFiles.Text(vector.Outputs), VectorFiles.Text(MainModeFunction.Of(vector.Inputs)));
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_record_is_refused_as_recorded(string vectorName, string insteadOf, string name)
    {
        BrokenRecord broken = Recorded.Value.Malformed.Single(b => (b.Vector, b.InsteadOf, b.Name) == (vectorName, insteadOf, name));
        var replay = new MainModeReplay(Recorded.Value.MainMode.Single(v => v.Name == vectorName).Inputs);
        byte[] record = Convert.FromHexString(broken.Record);

        Violation.Of(Enum.Parse<ProtocolError>(broken.Expect), () =>
        {
            using IDisposable _ = insteadOf == "r1" ? replay.Greet(record) : replay.Prove().Receive(record);
        });
    }

    [Fact]
    public void Every_suite_has_a_vector() => Assert.Equal(Cryptography.Suite.All.Select(s => s.Name), Recorded.Value.MainMode.Select(v => v.Name));

    /// <summary>Draws everything anew; see tests/vectors/README.md. What it writes is checked by the tests above.</summary>
    [Fact(Explicit = true)]
    public void Write_the_main_mode_vectors() => VectorFiles.Write(FileName, MainModeVectorWriter.Make());
}
