namespace FeBeRelay.Protocol.Channels;

/// <summary>How far an in-band quick mode is, as one end sees it (clause 6.3).</summary>
public enum ExchangePhase
{
    /// <summary>None is outstanding.</summary>
    None,
    /// <summary>Initiator: M1 is made, to be sent.</summary>
    RequestMade,
    /// <summary>Initiator: M1 is sent.</summary>
    AwaitingAnswer,
    /// <summary>Initiator: M2, refuse or unknown is here, to be taken. Responder: M1 is here, to be answered.</summary>
    Received,
    /// <summary>Initiator: M2 is verified, the own switch is to be sent.</summary>
    Verified,
    /// <summary>Responder: the answer is made, to be sent.</summary>
    AnswerMade,
    /// <summary>Initiator: the own switch is sent. Responder: M2 is sent. The peer's switch is awaited.</summary>
    AwaitingSwitch,
    /// <summary>Responder: the initiator's switch was verified, the next record is the own switch.</summary>
    SwitchDue,
}

/// <summary>What became of an M1.</summary>
public enum ExchangeAnswer
{
    /// <summary>M2 is verified: the own switch is to be sent.</summary>
    Accepted,
    /// <summary>The responder does not want it; the keys stay as they are.</summary>
    Refused,
    /// <summary>The responder does not know the association: main mode is to be run on another connection; the keys stay as they are.</summary>
    Unknown,
}
