using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using FeBeRelay.Protocol.Handshake;

namespace FeBeRelay.Channel.Identity.Kerberos;

/// <summary>
/// This node's part in a realm of Kerberos. One for each process: the library has its keytab and its tickets by process. Thread-safe.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "It lives as long as the process.")]
public sealed class KerberosNode
{
    /// <summary>Tickets that are waited for at a time. The library asks a KDC for up to half a minute, blocking, and cannot be told to stop: more wait their turn.</summary>
    private const int MostRequests = 8;

    // What .NET itself loads for it.
    private const string Library = "libgssapi_krb5.so.2";

    private readonly SemaphoreSlim _requests = new(MostRequests, MostRequests);

    private KerberosNode()
    {
    }

    /// <summary>Checks what the node needs, and has this process use its keytab.</summary>
    /// <param name="keytab">The file with the keys of the node's principal; null leaves keytab and tickets to the environment.</param>
    /// <exception cref="IdentityException">A file is not usable; the message names it and the fix.</exception>
    public static KerberosNode Start(string? keytab)
    {
        Check(keytab);
        if (keytab is not null)
        {
            KerberosKeytab.Use(keytab);
        }
        return new KerberosNode();
    }

    /// <summary>Checks what the node needs, and changes nothing.</summary>
    /// <inheritdoc cref="Start"/>
    public static void Check(string? keytab)
    {
        if (OperatingSystem.IsLinux() && !NativeLibrary.TryLoad(Library, out _))
        {
            throw new IdentityException($"{Library}: the system's Kerberos is not there; install it (Debian: apt-get install libgssapi-krb5-2)");
        }
        KerberosProfile.Check();
        if (keytab is not null)
        {
            KerberosKeytab.Check(keytab);
        }
    }

    /// <summary>A context towards a service, with its first token. The KDC is asked on a thread of its own.</summary>
    /// <exception cref="TicketException">There is no ticket.</exception>
    internal async Task<(TicketExchange Exchange, byte[] Token)> AskAsync(string service, CancellationToken cancellation)
    {
        await _requests.WaitAsync(cancellation).ConfigureAwait(false);
        Task<(TicketExchange Exchange, byte[] Token)> asking = Task.Factory.StartNew(() => Ask(service), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await asking.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = asking.ContinueWith(late => late.Result.Exchange.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>A context for whoever sent that token, with the answer. Asks no KDC; takes a millisecond or less.</summary>
    /// <exception cref="TicketException">The token was refused.</exception>
    internal static (TicketExchange Exchange, byte[] Answer, TicketContext Context) Take(byte[] token)
    {
        var exchange = TicketExchange.ForService();
        try
        {
            (byte[] answer, TicketContext context) = exchange.Take(token);
            return (exchange, answer, context);
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    private (TicketExchange Exchange, byte[] Token) Ask(string service)
    {
        TicketExchange? exchange = null;
        try
        {
            exchange = TicketExchange.Towards(service);
            return (exchange, exchange.Ask());
        }
        catch
        {
            exchange?.Dispose();
            throw;
        }
        finally
        {
            _requests.Release();
        }
    }
}
