using System.Runtime.InteropServices;
using FeBeRelay.Channel.Identity.Kerberos;
using FeBeRelay.Testing.Handshake;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

/// <summary>What a stranger may send as a ticket is refused in words; without a KDC and a keytab nothing else can be.</summary>
public sealed class TicketExchangeTests
{
    [Fact]
    public void Anything_in_the_form_of_a_ticket_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libgssapi_krb5.so.2", out _), "libgssapi-krb5-2 is not installed");
        var random = new Random(7);
        for (int size = 1; size < 400; size++)
        {
            var content = new byte[size];
            random.NextBytes(content);

            var refused = Assert.Throws<TicketException>(() => KerberosNode.Take(TestRealm.Token(0x0100, content)));

            Assert.StartsWith("the peer's Kerberos ticket was refused: ", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(refused.Message, char.IsControl);
        }
    }
}
