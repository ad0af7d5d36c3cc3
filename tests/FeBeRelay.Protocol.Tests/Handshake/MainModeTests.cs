using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Protocol.Handshake;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Protocol.Tests.Handshake;

public sealed class MainModeTests
{
    public static TheoryData<string, string, SignatureScheme, SignatureScheme> Combinations()
    {
        var rows = new TheoryData<string, string, SignatureScheme, SignatureScheme>();
        foreach (Suite suite in Suite.All)
        {
            foreach (Group group in Group.All)
            {
                foreach (SignatureScheme initiator in Enum.GetValues<SignatureScheme>())
                {
                    foreach (SignatureScheme responder in Enum.GetValues<SignatureScheme>())
                    {
                        rows.Add(suite.Name, group.Name, initiator, responder);
                    }
                }
            }
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Both_roles_complete_and_agree(string suiteName, string groupName, SignatureScheme initiator, SignatureScheme responder)
    {
        Suite suite = Suite.Find(suiteName)!;
        Group group = Group.Find(groupName)!;

        MainModeRun run = MainModeRun.Complete(
            MainModeRun.Settings(Role.Initiator, initiator, [suite], [group]), MainModeRun.Settings(Role.Responder, responder, Suite.All, Group.All));

        Assert.Equal(suite.HashSize, run.Initiator.MS.Size);
        Assert.True(run.Initiator.MS.Span.SequenceEqual(run.Responder.MS.Span));
        foreach (MainModeResult result in (MainModeResult[])[run.Initiator, run.Responder])
        {
            Assert.Same(suite, result.Suite);
            Assert.Same(group, result.Group);
            Assert.Equal(MainModeRun.Id, result.AssociationId.ToArray());
            Assert.Equal(Lifetimes.Default, result.Lifetimes);
            Assert.Equal((Demand.Require, Answer.Protected, Fate.None), (result.Demand, result.Answer, result.Fate));
        }
        Assert.Equal(TestIdentity.Of(Role.Responder, responder).Leaf, run.Initiator.Peer.Chain[0]);
        Assert.Equal(TestIdentity.Of(Role.Initiator, initiator).Leaf, run.Responder.Peer.Chain[0]);
    }
}
