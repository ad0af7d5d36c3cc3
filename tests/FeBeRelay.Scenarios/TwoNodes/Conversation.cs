using System.Net;
using System.Net.Sockets;
using System.Text;
using FeBeRelay.Scenarios.Processes;

namespace FeBeRelay.Scenarios.TwoNodes;

/// <summary>
/// What a client and a server say in turns. Each waits to have heard all before it goes on, so a conversation ends only where every turn
/// gets through in time; "\0" ends the speaker's direction.
/// </summary>
internal sealed record Conversation(string Name, params (char Speaker, string Text)[] Turns)
{
    public const char Client = 'C';
    public const char Server = 'S';
    public const string End = "\0";

    /// <summary>Holds it with the client connected to an address; gives what each side heard.</summary>
    public async Task<(string ByServer, string ByClient)> HoldAsync(EndPoint address, StubServer server)
    {
        using Socket client = await Wire.ConnectAsync(address);
        using Socket served = await server.AcceptAsync();
        Task<string> byServer = SpeakAsync(served, Server);
        Task<string> byClient = SpeakAsync(client, Client);
        return (await byServer, await byClient);
    }

    private async Task<string> SpeakAsync(Socket socket, char me)
    {
        var heard = new StringBuilder();
        bool heardEnd = false;
        foreach ((char speaker, string text) in Turns)
        {
            if (speaker != me)
            {
                heardEnd |= text == End;
                heard.Append(text == End ? await socket.HearAllAsync() : await socket.HearAsync(text.Length));
            }
            else if (text == End)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            else
            {
                await socket.SayAsync(text);
            }
        }
        return heardEnd ? heard.ToString() : throw new InvalidOperationException($"{Name}: both must end");
    }
}
