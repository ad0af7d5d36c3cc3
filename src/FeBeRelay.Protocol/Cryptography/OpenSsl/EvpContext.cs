using Microsoft.Win32.SafeHandles;

namespace FeBeRelay.Protocol.Cryptography.OpenSsl;

/// <summary>One operation of OpenSSL with a key, or one that makes a key (<c>EVP_PKEY_CTX</c>).</summary>
internal sealed class EvpContext() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeContext(handle);
        return true;
    }
}
