namespace FeBeRelay.Relay.Certificates;

/// <summary>A certificate could not be made or read. The message names what, and the fix.</summary>
internal sealed class CertificateException : Exception
{
    public CertificateException(string message)
        : base(message)
    {
    }

    public CertificateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
