using FeBeRelay.Fuzz.Targets;

namespace FeBeRelay.Fuzz;

/// <summary>All targets.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new FirstBytesTarget(),
        new ResponderHelloTarget(),
        new AuthenticationTarget(FeBeRelay.Protocol.Role.Responder),
        new AuthenticationTarget(FeBeRelay.Protocol.Role.Initiator),
        new KeyOfferTarget(),
        new KeyAuthenticationTarget(FeBeRelay.Protocol.Role.Responder),
        new KeyAuthenticationTarget(FeBeRelay.Protocol.Role.Initiator),
        new TicketTarget(),
        new VerdictTarget(),
        new QuickModeRequestTarget(),
        new QuickModeAnswerTarget(),
        new RecordsTarget(),
        new SealedRecordsTarget(),
        new InBandTarget(),
        new CertificatesTarget(),
        new PolicyTarget(),
        new ConfigurationTarget(),
        new ResponseHeadTarget(),
        new ChunksTarget(),
        new AuditTarget(),
    ];
}
