using System.Net.Sockets;
using System.Security.Cryptography;
using FeBeRelay.Protocol.Cryptography;
using FeBeRelay.Relay.Tests.BadInput;
using FeBeRelay.Relay.Tests.Nodes;
using FeBeRelay.Testing.Secrets;
using Xunit;

namespace FeBeRelay.Relay.Tests.Secrets;

/// <summary>What an attacker finds who gets a memory image of a node, or its logs (docs/protocol.md 3.10).</summary>
public sealed class SecretsInMemoryTests
{
    private const int Sessions = 1_000;

    [Fact(Timeout = 300_000)]
    public async Task Of_closed_sessions_no_key_is_left_in_memory_and_none_was_ever_logged()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc/self/mem is a Linux matter");
        using var log = new CollectedLog();
        using var backEnd = new BackEndStub();
        LiveSecrets ofChannels = new(), ofAssociations = new();
        using var control = new Secret(32);
        await using (var nodes = new TestNodes { MaxIdleChannels = 0, Loggers = log })
        {
            nodes.Start(backEnd.EndPoint);
            for (int i = 0; i < Sessions; i++)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                await ConverseAsync(nodes, backEnd, () => ofChannels.Collect(nodes.Relay.Associations.All.ToArray(), nodes.Listener.Associations.All.ToArray()));
            }
            await Eventually.TrueAsync(() => nodes.Listener.Associations.All.All(a => a.Channels.Count == 0) && nodes.Relay.Associations.All.All(a => a.Channels.Count == 0));
            ofAssociations.Collect(nodes.Relay.Associations.All.ToArray(), nodes.Listener.Associations.All.ToArray());
            // Two traffic secrets, their ciphers' keys and the chain secret of each.
            Assert.True(ofChannels.Found.Count >= 5 * Sessions, $"{ofChannels.Found.Count} secrets were seen");
            var closed = ofChannels.Found.Except(ofAssociations.Found).ToHashSet();
            Assert.Empty(MemorySearch.Find(closed, out long searched));
            Assert.InRange(searched, 10_000_000, long.MaxValue);
        }

        RandomNumberGenerator.Fill(control.Span);
        MaskedSecret kept = MaskedSecret.Of(control.Span);
        Assert.Equal([kept], MemorySearch.Find([.. ofChannels.Found, .. ofAssociations.Found, kept], out _));
        foreach (byte[] secret in ofChannels.Found.Concat(ofAssociations.Found).Select(s => s.Reveal()))
        {
            // Sixteen bytes make 21 whole characters of base64.
            string[] forms = [Convert.ToHexStringLower(secret), Convert.ToHexString(secret), Convert.ToBase64String(secret)[..21]];
            Assert.DoesNotContain(log.Lines, line => forms.Any(form => line.Contains(form, StringComparison.Ordinal)));
        }
    }

    private static async Task ConverseAsync(TestNodes nodes, BackEndStub backEnd, Action whileOpen)
    {
        using Socket application = await nodes.ConnectAsync();
        using Socket served = await backEnd.AcceptAsync();
        await BackEndStub.PassAsync(application, served, 1);
        await BackEndStub.PassAsync(served, application, 2);
        whileOpen();
        application.Shutdown(SocketShutdown.Send);
        served.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await application.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Equal(0, await served.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }
}
