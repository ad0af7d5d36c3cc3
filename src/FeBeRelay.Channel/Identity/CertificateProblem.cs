namespace FeBeRelay.Channel.Identity;

/// <summary>One reason to refuse a certificate, with a line for the local log that is safe to print.</summary>
public sealed record CertificateProblem(IdentityRefusal Refusal, string Explanation);
