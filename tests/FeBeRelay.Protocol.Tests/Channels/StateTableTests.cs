using FeBeRelay.Protocol.Tests.Vectors;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Channels;

public sealed class StateTableTests
{
    [Fact]
    public void The_table_of_states_is_the_one_in_the_documents()
    {
        string path = VectorFiles.InSourceTree("docs", "state-table.md");
        string table = StateTable.Markdown();
        if (Environment.GetEnvironmentVariable("FEBERELAY_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, table);
        }

        Assert.Equal(File.ReadAllText(path), table);
    }
}
