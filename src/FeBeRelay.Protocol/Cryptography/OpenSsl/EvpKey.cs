using Microsoft.Win32.SafeHandles;

namespace FeBeRelay.Protocol.Cryptography.OpenSsl;

/// <summary>A key pair of OpenSSL, a public key, or the parameters of a curve (<c>EVP_PKEY</c>). OpenSSL zeroes what is private when it is freed.</summary>
internal sealed class EvpKey() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeKey(handle);
        return true;
    }
}
