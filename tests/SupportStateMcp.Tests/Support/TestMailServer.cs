using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Text;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace SupportStateMcp.Tests.Support;

/// <summary>A real server of SMTP on this machine, which keeps what it gets.</summary>
internal sealed class TestMailServer : IMailboxFilter, IMessageStore, IAsyncDisposable
{
    private readonly CancellationTokenSource _ends = new();
    private readonly ConcurrentQueue<string> _letters = new();
    private Task _running = Task.CompletedTask;

    public int Port { get; private set; }

    /// <summary>Addresses that it knows nothing of.</summary>
    public HashSet<string> Unknown { get; } = [];

    /// <summary>What it got, as it was sent.</summary>
    public IReadOnlyList<string> Letters => [.. _letters];

    public static TestMailServer Start(bool asksForPassword = false)
    {
        var server = new TestMailServer { Port = RedisServer.FreePort() };
        var services = new ServiceProvider();
        services.Add((IMailboxFilter)server);
        services.Add((IMessageStore)server);
        var options = new SmtpServerOptionsBuilder().ServerName("mail.test").Endpoint(e => e.Endpoint(new IPEndPoint(IPAddress.Loopback, server.Port)).AuthenticationRequired(asksForPassword)).Build();
        server._running = new SmtpServer.SmtpServer(options, services).StartAsync(server._ends.Token);
        return server;
    }

    public Task<bool> CanAcceptFromAsync(ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
        Task.FromResult(!Unknown.Contains($"{to.User}@{to.Host}"));

    public Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        _letters.Enqueue(Encoding.UTF8.GetString(buffer));
        return Task.FromResult(SmtpResponse.Ok);
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ends.Dispose();
    }
}
