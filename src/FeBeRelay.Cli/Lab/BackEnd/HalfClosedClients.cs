using Microsoft.AspNetCore.Connections;

namespace FeBeRelay.Cli.Lab.BackEnd;

/// <summary>
/// Kestrel gives a request up as soon as its client shuts its sending half. Old agents do that and still want their
/// answer, so the token that says "the connection is gone" is held back until the connection really is done.
/// </summary>
internal static class HalfClosedClients
{
    public static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        connection.Features.Set(new ClientInput(connection.ConnectionClosed));
        using var done = new CancellationTokenSource();
        connection.ConnectionClosed = done.Token;
        try
        {
            await next(connection);
        }
        finally
        {
            await done.CancelAsync();
        }
    }
}

/// <summary>Connection feature: <see cref="Ended"/> fires when nothing more will come from the client.</summary>
internal sealed record ClientInput(CancellationToken Ended);
