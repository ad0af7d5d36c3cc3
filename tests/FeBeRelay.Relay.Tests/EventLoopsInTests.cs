using System.Runtime.CompilerServices;
using FeBeRelay.Channel.Transport.Epoll;

namespace FeBeRelay.Relay.Tests;

/// <summary>Nodes in these tests wait as the program does. The channel's own tests wait as a library does.</summary>
internal static class EventLoopsInTests
{
    [ModuleInitializer]
    internal static void Use() => EventLoops.Use();
}
