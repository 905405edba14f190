using System.Text;
using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>Whatever is wrong with a call, its answer comes under its id, so that no client waits until it gives up.</summary>
public class EveryCallIsAnsweredTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private const string Call = """{"jsonrpc":"2.0","id":%ID%,"method":"tools/call","params":{"name":"add_message","arguments":{"conversation_id":"cs-1","role":"user","content":%CONTENT%}}}""";
    private const string IdLast = """{"jsonrpc":"2.0","method":"tools/call","params":{"name":"add_message","arguments":{"conversation_id":"cs-1","role":"user","content":%CONTENT%}},"id":%ID%}""";

    private static readonly Dictionary<string, byte[]> s_contents = new()
    {
        ["over 1 MiB"] = Quoted(new string('x', 1 << 20)),
        ["over 5 MiB, with quotes and braces"] = Quoted(string.Concat(Enumerable.Repeat("""}\"{\\[:,""", 600_000))),
        ["half a surrogate pair"] = Quoted("\\ud83d"),
        ["the other half"] = Quoted("a\\uDE42b"),
        ["halves in the wrong order"] = Quoted("\\ude42\\ud83d"),
        ["half a pair before 1 MiB"] = Quoted("\\ud83d" + new string('x', 1 << 20)),
        ["a repeated name"] = """{"a":1,"a":1}"""u8.ToArray(),
        ["depth over 64"] = Encoding.UTF8.GetBytes(new string('[', 100) + new string(']', 100)),
        ["depth over 64, never closed"] = Encoding.UTF8.GetBytes(new string('[', 5_000)),
        ["bytes that are no UTF-8"] = [(byte)'"', 0xC3, 0x28, (byte)'"'],
        ["a surrogate as bytes"] = [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'],
        ["a NUL byte"] = [(byte)'"', 0, (byte)'"'],
        ["a bare NaN"] = "NaN"u8.ToArray(),
        ["a leading zero"] = "007"u8.ToArray(),
        ["a number beyond all bounds"] = "1e999999"u8.ToArray(),
        ["a trailing comma"] = "[1,]"u8.ToArray(),
        ["an unknown escape"] = Quoted("\\q"),
        ["nothing"] = [],
    };

    public static TheoryData<string, string> Calls
    {
        get
        {
            var calls = new TheoryData<string, string>();
            foreach (var what in s_contents.Keys)
            {
                calls.Add(what, "41");
                calls.Add(what, "\"ä-\\u0041\"");
            }

            return calls;
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Over_http(string what, string id)
    {
        foreach (var body in Bodies(what, id))
        {
            using var request = server.Post("");
            request.Content = new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } };
            using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            var reply = HttpReply.Of(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

            AssertIsAnswer(id, reply);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Over_stdio(string what, string id)
    {
        await using var stdio = InProcessServer.Start([]);
        var output = new StreamReader(((IClientStreams)stdio).FromServer);
        var input = ((IClientStreams)stdio).ToServer;
        foreach (var body in Bodies(what, id))
        {
            var sending = Task.Run(async () =>
            {
                await input.WriteAsync(body);
                await input.WriteAsync("\n"u8.ToArray());
                await input.FlushAsync();
            });

            AssertIsAnswer(id, JsonNode.Parse((await output.ReadLineAsync(TestContext.Current.CancellationToken))!)!);
            await sending;
        }
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"\"")]
    public async Task An_odd_id_goes_back_as_it_came(string id)
    {
        using var response = await server.Http.SendAsync(
            server.Post($$"""{"jsonrpc":"2.0","id":{{id}},"method":"no/such/method"}"""), TestContext.Current.CancellationToken);
        var reply = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains($"\"id\":{id},", reply, StringComparison.Ordinal);
        Assert.Contains("\"error\":", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_call_of_a_batch_gets_an_answer()
    {
        using var response = await server.Http.SendAsync(
            server.Post("""[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":"b","method":"ping"}]"""), TestContext.Current.CancellationToken);
        var replies = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsArray();

        Assert.Equal(["1", "\"b\""], replies.Select(r => r!["id"]!.ToJsonString()));
    }

    private static void AssertIsAnswer(string id, JsonNode reply)
    {
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(id), reply["id"]), reply.ToJsonString());
        Assert.True(reply["error"]?["message"] is not null || reply["result"]?["isError"] is not null, reply.ToJsonString());
    }

    // Behind brackets that are never closed nobody can tell what belongs to the message itself.
    private static IEnumerable<byte[]> Bodies(string what, string id) => (what.EndsWith("never closed", StringComparison.Ordinal) ? new[] { Call } : [Call, IdLast]).Select(form =>
    {
        var parts = form.Replace("%ID%", id, StringComparison.Ordinal).Split("%CONTENT%");
        return (byte[])[.. Encoding.UTF8.GetBytes(parts[0]), .. s_contents[what], .. Encoding.UTF8.GetBytes(parts[1])];
    });

    private static byte[] Quoted(string text) => Encoding.UTF8.GetBytes($"\"{text}\"");
}
