// The product's own HTTP server, with the fixtures of the official conformance suite beside its tools.

using SupportStateMcp.ConformanceHost;
using SupportStateMcp.Hosting;

if (args is not ["--url", var url])
{
    await Console.Error.WriteLineAsync("Usage: SupportStateMcp.ConformanceHost --url http://127.0.0.1:PORT");
    return CommandLine.BadConfiguration;
}

var conversations = Directory.CreateTempSubdirectory("supportstate-conformance-");
try
{
    var options = new ServerOptions { Backend = Backend.Sqlite, Directory = conversations.FullName, Url = new Uri(url) };
    await using var app = HttpHost.Build(options, extend: new Fixtures().AddTo);
    await app.RunAsync();
    return 0;
}
finally
{
    conversations.Delete(recursive: true);
}
