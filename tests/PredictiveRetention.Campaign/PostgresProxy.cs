using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PredictiveRetention.Campaign;

/// <summary>
/// Stands between a process and PostgreSQL and counts what the process asks (simple queries, executions, the start and the end of copies).
/// One question is cut off before it arrives, or one COMMIT after it arrived and before its answer comes back.
/// </summary>
internal sealed class PostgresProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly int _cutBefore;
    private readonly int _cutAfterCommit;
    private int _calls;
    private int _commits;

    /// <param name="cutBefore">The call, counted from 1, that never arrives; 0 for none.</param>
    /// <param name="cutAfterCommit">The COMMIT, counted from 1, whose answer never comes; 0 for none.</param>
    public PostgresProxy(int server, int cutBefore = 0, int cutAfterCommit = 0)
    {
        (_server, _cutBefore, _cutAfterCommit) = (server, cutBefore, cutAfterCommit);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Calls => _calls;

    public int Commits => _commits;

    /// <summary>True once the connection was cut.</summary>
    public bool Reached { get; private set; }

    public void Dispose() => _listener.Stop();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server);
                client.NoDelay = server.NoDelay = true;
                _ = Quietly(server.GetStream().CopyToAsync(client.GetStream()));
                await ForwardAsync(client.GetStream(), server.GetStream()); // back only when it was cut; both sides then go
            }
            catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or EndOfStreamException)
            {
                // Either side went away, or we cut it.
            }
        }
    }

    private static async Task Quietly(Task answers)
    {
        try
        {
            await answers;
        }
        catch (Exception cut) when (cut is IOException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task ForwardAsync(NetworkStream from, NetworkStream to)
    {
        var header = new byte[5];
        var preparedCommits = new HashSet<string>();
        var bound = false;
        // Before the first ordinary message come start-up packets, which have no type.
        while (true)
        {
            await from.ReadExactlyAsync(header.AsMemory(0, 4));
            var length = BinaryPrimitives.ReadInt32BigEndian(header);
            var packet = new byte[length];
            header.AsSpan(0, 4).CopyTo(packet);
            await from.ReadExactlyAsync(packet.AsMemory(4));
            await to.WriteAsync(packet);
            var code = BinaryPrimitives.ReadInt32BigEndian(packet.AsSpan(4));
            if (code is not (80877103 or 80877104)) break; // neither SSL nor GSS was asked for: it was the start-up itself
        }
        while (true)
        {
            await from.ReadExactlyAsync(header);
            var type = (char)header[0];
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
            await from.ReadExactlyAsync(body);
            if (type is 'Q' or 'E' or 'c' && Interlocked.Increment(ref _calls) == _cutBefore)
            {
                Reached = true;
                return;
            }
            await to.WriteAsync(header);
            await to.WriteAsync(body);
            if (type == 'P' && Text(body, 1).StartsWith("COMMIT", StringComparison.OrdinalIgnoreCase)) preparedCommits.Add(Text(body, 0));
            if (type == 'B') bound = preparedCommits.Contains(Text(body, 1));
            var commit = (type == 'Q' && Text(body, 0).StartsWith("COMMIT", StringComparison.OrdinalIgnoreCase)) || (type == 'E' && bound);
            if (!commit || Interlocked.Increment(ref _commits) != _cutAfterCommit) continue;
            // It arrives and is carried out; nobody hears of it.
            Reached = true;
            from.Socket.Close();
            if (type == 'E') await to.WriteAsync(new byte[] { (byte)'S', 0, 0, 0, 4 });
            await to.FlushAsync();
            await Task.Delay(100);
            return;
        }
    }

    /// <summary>The n-th zero-terminated text of a message.</summary>
    private static string Text(byte[] body, int index)
    {
        var start = 0;
        for (var i = 0; i < index; i++) start = Array.IndexOf(body, (byte)0, start) + 1;
        return Encoding.UTF8.GetString(body, start, Array.IndexOf(body, (byte)0, start) - start);
    }
}
