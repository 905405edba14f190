// The product's own HTTP server, with the fixtures of the official conformance suite beside its tools.

using SupportStateMcp.ConformanceHost;
using SupportStateMcp.Hosting;

if (args is not ["--url", var url, "--sessions", "none" or "handshake"])
{
    await Console.Error.WriteLineAsync("Usage: SupportStateMcp.ConformanceHost --url http://127.0.0.1:PORT --sessions none|handshake");
    return CommandLine.BadConfiguration;
}

var conversations = Directory.CreateTempSubdirectory("supportstate-conformance-");
try
{
    var sessions = args[3] == "handshake" ? HttpSessions.Handshake : HttpSessions.None;
    var options = new ServerOptions { Backend = Backend.Sqlite, Directory = conversations.FullName, Url = new Uri(url), Sessions = sessions };
    await using var app = HttpHost.Build(options, services =>
    {
        Fixtures.AddTo(services);
        if (sessions == HttpSessions.Handshake)
            Fixtures.AddSubscriptionsTo(services);
    });
    await app.RunAsync();
    return 0;
}
finally
{
    conversations.Delete(recursive: true);
}
