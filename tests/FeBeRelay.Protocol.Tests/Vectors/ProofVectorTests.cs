using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Protocol.Tests.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Vectors;

/// <summary>Clause 10.1 for main mode by a pre-shared key and by Kerberos: the product gives the recorded values for the recorded inputs, in both roles.</summary>
public sealed class ProofVectorTests
{
    private const string KeyFile = "psk.json";
    private const string TicketFile = "kerberos.json";

    private static readonly Lazy<Dictionary<string, ProofVectorFile>> Recorded = new(() =>
        ((string[])[KeyFile, TicketFile]).ToDictionary(file => file, VectorFiles.Read<ProofVectorFile>));

    public static TheoryData<string, string> Names => Rows(file => file.MainMode.Select(v => v.Name));

    public static TheoryData<string, string> Places => Rows(file => file.Malformed.Select(broken => broken.InsteadOf).Distinct());

    [Theory]
    [MemberData(nameof(Names))]
    public void Main_mode_gives_the_recorded_values(string file, string name)
    {
        ProofVector vector = Vector(file, name);

        Assert.Equal(VectorFiles.Text(vector.Outputs), VectorFiles.Text(ProofFunction.Of(vector.Inputs)));
        Assert.Equal(vector.Inputs.Initiator.Signatures, InitiatorHello.Decode(Convert.FromHexString(vector.Outputs.Records["r1"])).Signatures);
        Assert.Equal(
            [file == KeyFile ? KeyGates.Number : TicketAuthentication.Number],
            ResponderHello.Decode(Convert.FromHexString(vector.Outputs.Records["r2"])).Signatures);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Malformed_records_are_refused_as_recorded(string file, string insteadOf) =>
        Assert.All(Recorded.Value[file].Malformed.Where(broken => broken.InsteadOf == insteadOf), broken =>
        {
            ProofVector vector = Vector(file, broken.Vector);
            byte[][] records = [.. ProofVectorWriter.RecordsBefore(vector, insteadOf), Convert.FromHexString(broken.Record)];

            Violation.Of(Enum.Parse<ProtocolError>(broken.Expect), () => Receive(new ProofReplay(vector.Inputs), records, byTicket: file == TicketFile));
        });

    [Fact]
    public void Making_the_files_again_gives_the_same_ones()
    {
        Assert.Equal(VectorFiles.Text(Recorded.Value[KeyFile]), VectorFiles.Text(KeyVectorWriter.Make()));
        Assert.Equal(VectorFiles.Text(Recorded.Value[TicketFile]), VectorFiles.Text(TicketVectorWriter.Make()));
    }

    /// <summary>See tests/vectors/README.md. What it writes is checked by the tests above.</summary>
    [Fact(Explicit = true)]
    public void Write_the_vectors_without_certificates()
    {
        VectorFiles.Write(KeyFile, KeyVectorWriter.Make());
        VectorFiles.Write(TicketFile, TicketVectorWriter.Make());
    }

    // Whoever the last of the records is for takes it.
    private static void Receive(ProofReplay replay, byte[][] records, bool byTicket)
    {
        using IDisposable _ = (records.Length, byTicket) switch
        {
            (1, _) => replay.Greet(records[0]),
            (2, _) => replay.Start().Receive(records[1]),
            (3, false) => replay.Prove(records),
            (3, true) => replay.Ask(records),
            (4, true) => replay.Answer(records),
            (5, _) => replay.Prove(records),
            _ => replay.Decide(records),
        };
    }

    private static ProofVector Vector(string file, string name) => Recorded.Value[file].MainMode.Single(v => v.Name == name);

    private static TheoryData<string, string> Rows(Func<ProofVectorFile, IEnumerable<string>> names)
    {
        var rows = new TheoryData<string, string>();
        foreach ((string file, ProofVectorFile recorded) in Recorded.Value)
        {
            foreach (string name in names(recorded))
            {
                rows.Add(file, name);
            }
        }
        return rows;
    }
}
