namespace FeBeRelay.Relay.Audit;

/// <summary>
/// The events' numbers. Public surface: members are added, never changed (docs/audit.md). Where Windows has an event for the same thing the number is
/// Windows'; where one number of Windows 2000 stands for two things, the second has the later Windows' number; 9000 and up are FeBeRelay's own.
/// </summary>
internal enum AuditEventId
{
    AssociationEstablished = 541,
    ChannelEnded = 542,
    AssociationEnded = 543,
    PeerNotAuthenticated = 544,
    PeerNotAllowed = 545,
    InvalidData = 546,
    MainModeFailed = 547,
    PossibleAttack = 550,
    ServiceUsed = 560,
    ServiceEnded = 562,
    NodeStarted = 613,
    NodeStopped = 614,
    PolicyChanged = 615,
    NodeFailed = 616,
    EventsLost = 1101,
    QuickModeFailed = 4654,
    ServiceRefused = 4656,
    IntegrityCheckFailed = 4960,
    ReplayDetected = 4961,
    ClearTrafficRefused = 4963,
    UnknownAssociation = 4965,
    ClearTraffic = 5156,
    ChannelEstablished = 5451,
    KeyLimitReached = 9001,
    BackEndUnreachable = 9002,
    ClearTrafficEnded = 9003,
    FallbackToSoft = 9004,
    ClearListenerExposed = 9005,
    OtherWayToBackEnd = 9006,
    PeerRevoked = 9007,
    CredentialsReplaced = 9008,
    CredentialsNotUsable = 9009,
    CredentialsEnd = 9010,
    BundleTaken = 9020,
    BundleRefused = 9021,
    BundleStale = 9022,
    FileStarted = 9100,
    Checkpoint = 9101,
    TornLineFound = 9102,
}
