using System.Runtime.InteropServices;

namespace FeBeRelay.Channel.Transport.Epoll;

/// <summary>Who is told of a descriptor's events.</summary>
internal interface IEventTarget
{
    /// <summary>What the descriptor belongs to.</summary>
    SafeHandle Handle { get; }

    /// <summary>The descriptor, which has another owner by and by.</summary>
    int Descriptor { get; }

    /// <summary>Which owner this is.</summary>
    uint Serial { get; }

    /// <summary>Tells events; upon the loop's thread.</summary>
    void Tell(uint events);
}
