using FeBeRelay.Channel.Identity;
using FeBeRelay.Protocol.Cryptography;
using Xunit;

namespace FeBeRelay.Channel.Tests.Identity;

public sealed class PreSharedKeyFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [Fact]
    public void What_is_generated_is_read_and_another_each_time()
    {
        using PreSharedKey one = Load(PreSharedKeyFile.Generate());
        using PreSharedKey again = PreSharedKeyFile.Load("plant7", _path);
        using PreSharedKey other = Load(PreSharedKeyFile.Generate());

        Assert.Equal(one.Fingerprint, again.Fingerprint);
        Assert.NotEqual(one.Fingerprint, other.Fingerprint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("correct horse battery staple correct horse battery staple")]
    [InlineData("feberelay-psk-1 not base 64!")]
    [InlineData("feberelay-psk-1 AAECAwQFBgcICQoLDA0ODw==")]
    [InlineData("feberelay-psk-1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("feberelay-psk-1 Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZSBxdWljayBmb3g=")]
    public void What_no_generator_made_is_refused_with_the_fix(string content) =>
        Assert.Contains("feberelay certs psk", Assert.Throws<IdentityException>(() => Load(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_others_may_read_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("modes are of Unix");
            return;
        }
        File.WriteAllText(_path, PreSharedKeyFile.Generate());
        File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Assert.Contains("chmod 600", Assert.Throws<IdentityException>(() => PreSharedKeyFile.Load("plant7", _path)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    private PreSharedKey Load(string content)
    {
        File.WriteAllText(_path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return PreSharedKeyFile.Load("plant7", _path);
    }
}
