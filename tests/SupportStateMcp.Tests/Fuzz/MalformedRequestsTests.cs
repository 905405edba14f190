using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Fuzz;

/// <summary>Whatever is sent, each request gets a typed answer, and the server goes on as if nothing had been.</summary>
public class MalformedRequestsTests
{
    private const int Requests = 5_000;

    private const string Open =
        """{"jsonrpc":"2.0","id":"open","method":"tools/call","params":{"name":"initialize_conversation","arguments":{"user_id":"u","ticket_id":"FUZZ"}}}""";

    [Fact]
    public async Task Over_http()
    {
        await using var server = await ServerProcess.HttpAsync();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        await http.SendAsync(ListeningServer.Post(server.Endpoint, Open), TestContext.Current.CancellationToken);
        var generator = new MalformedRequests(20260728);
        var requests = Enumerable.Range(0, Requests).Select(i => (Number: i, Body: generator.Next())).ToList();
        var untyped = new ConcurrentBag<string>();

        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (request, cancellationToken) =>
        {
            using var message = ListeningServer.Post(server.Endpoint, "");
            message.Content = new ByteArrayContent(request.Body) { Headers = { { "Content-Type", "application/json" } } };
            if (request.Number % 5 == 0)
                message.Headers.Add("MCP-Protocol-Version", request.Number % 10 == 0 ? "2026-07-28" : "2025-11-25");
            using var response = await http.SendAsync(message, cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if ((int)response.StatusCode >= 500 || (body.Length > 0 ? !IsTyped(HttpReply.Of(body)) : (int)response.StatusCode != 202))
                untyped.Add($"{(int)response.StatusCode} {Shown(body)} to {Shown(request.Body)}");
        });

        Assert.Equal("", string.Join('\n', untyped));
        Assert.Equal("live", await http.GetStringAsync(new Uri(server.Endpoint, "/health/live"), TestContext.Current.CancellationToken));
        Assert.Empty(Faults(server));
    }

    [Fact]
    public async Task Over_stdio()
    {
        await using var server = ServerProcess.Stdio();
        await server.SendAsync("""{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"fuzz","version":"1"}}}""");
        await server.SendAsync(Open);
        await server.Input.FlushAsync(TestContext.Current.CancellationToken);
        var generator = new MalformedRequests(20251125);
        var answered = 2;

        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Requests; i++)
            {
                var body = generator.Next();
                answered += Answers(body);
                await server.Input.BaseStream.WriteAsync(body);
                await server.Input.BaseStream.WriteAsync("\n"u8.ToArray());
            }

            server.Input.Close();
        }, TestContext.Current.CancellationToken);
        var replies = 0;
        var untyped = new List<string>();
        while (await server.ReadAsync() is { } line)
        {
            var message = JsonNode.Parse(line)!;
            if (message["method"] is not null)
                continue;
            replies++;
            if (!IsTyped(message))
                untyped.Add(Shown(line));
        }

        await writing;
        Assert.Equal("", string.Join('\n', untyped));
        Assert.Equal(answered, replies);
        Assert.Equal(0, await server.ExitAsync());
        Assert.Empty(Faults(server));
    }

    /// <summary>One for a request, or for what is no message at all, one for each call of a batch; none for a notification, a reply, or an empty line.</summary>
    private static int Answers(byte[] body)
    {
        if (body.All(b => b is (byte)' ' or (byte)'\t'))
            return 0;
        var (message, refusal) = JsonRpcReader.Read(body);
        return refusal?.Ids.Count ?? (message is JsonRpcRequest ? 1 : 0);
    }

    /// <summary>A result, or an error that says what is wrong with the request; never that something went wrong inside.</summary>
    private static bool IsTyped(JsonNode message) => message is JsonArray errors ? errors.All(e => IsTyped(e!)) : message["error"] is { } error
        ? (int)error["code"]! != -32603 && (string?)error["message"] is { Length: > 0 }
        : message["result"] is { } result && ((bool?)result["isError"] is not true || result["structuredContent"]?["code"] is not null);

    private static IEnumerable<string> Faults(ServerProcess server) => server.Errors.Split('\n')
        .Where(l => l.Contains("Exception", StringComparison.Ordinal) || l.StartsWith("   at ", StringComparison.Ordinal)
            || l.StartsWith("fail", StringComparison.Ordinal) || l.StartsWith("crit", StringComparison.Ordinal));

    private static string Shown(byte[] bytes) => Shown(System.Text.Encoding.UTF8.GetString(bytes));

    private static string Shown(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
