namespace FeBeRelay.Channel.Identity.Kerberos;

/// <summary>There is no ticket, or the peer's token was refused. The message says why in the platform's words, safe to print, with a fix where one is known.</summary>
internal sealed class TicketException(string message) : Exception(message);
