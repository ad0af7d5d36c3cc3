namespace FeBeRelay.Protocol.Wire;

/// <summary>Types of records (clause 1.4).</summary>
public enum RecordType : byte
{
    InitiatorHello = 0x01,
    ResponderHello = 0x02,
    ResponderAuthentication = 0x03,
    InitiatorAuthentication = 0x04,
    Accept = 0x05,
    Decline = 0x06,
    ResponderProof = 0x07,
    InitiatorProof = 0x08,
    QuickModeRequest = 0x10,
    QuickModeResponse = 0x11,
    Refuse = 0x12,
    Unknown = 0x13,
    Switch = 0x14,
    Open = 0x20,
    Data = 0x21,
    End = 0x22,
    Abort = 0x30,
    Confirm = 0x31,
    KeyUpdate = 0x32,
    Ask = 0x33,
    Close = 0x34,
    Alert = 0x7F,
}

/// <summary>What clause 1.4 says of each type.</summary>
public static class RecordTypes
{
    /// <summary>The largest value of the header's length field, in bytes, or -1 for a type that is not listed.</summary>
    public static int MaxLength(RecordType type) => type switch
    {
        RecordType.Data => Limits.MaxPlaintext + Limits.TagSize,
        RecordType.Open => 1_024,
        RecordType.InitiatorHello or RecordType.ResponderHello => 4_096,
        RecordType.ResponderAuthentication or RecordType.InitiatorAuthentication => 20_480,
        RecordType.ResponderProof => 4_096,
        RecordType.InitiatorProof => 512,
        RecordType.QuickModeRequest or RecordType.QuickModeResponse => 2_048,
        RecordType.Accept or RecordType.Decline or RecordType.Refuse or RecordType.Unknown or RecordType.Switch
            or RecordType.End or RecordType.Abort or RecordType.Confirm or RecordType.KeyUpdate or RecordType.Ask or RecordType.Close => 256,
        RecordType.Alert => 0,
        _ => -1,
    };

    /// <summary>Whether records of the type are counted against the ration of control records (clause 4.7).</summary>
    public static bool IsRationed(RecordType type) =>
        type is RecordType.QuickModeRequest or RecordType.QuickModeResponse or RecordType.Refuse or RecordType.Unknown or RecordType.Switch or RecordType.KeyUpdate or RecordType.Ask;

    /// <summary>Whether the type is a stream record: open, data, end.</summary>
    public static bool IsStreamRecord(RecordType type) => type is RecordType.Open or RecordType.Data or RecordType.End;
}
