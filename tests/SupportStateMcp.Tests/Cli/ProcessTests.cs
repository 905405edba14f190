using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.CliConversations;

namespace SupportStateMcp.Tests.Cli;

/// <summary>The command line as the real program: its streams, its exit codes, and a server beside it.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task A_reply_is_piped_in_and_the_answer_piped_out_as_one_line_of_JSON()
    {
        await OpenAsync();

        var (exitCode, output, errors) = await _place.ProcessAsync("Grüße, 中文.\n", "reply", "cs-TKT-1", "--json");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Equal(2, JsonElement.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries))).GetProperty("number").GetInt32());
        Assert.Equal(["Hello?", "Grüße, 中文."], await MessagesAsync());
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_exit_code_69()
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(["queue", "--redis", "127.0.0.1:1"]);
        var (code, json, _) = await ServerProcess.RunAsync(["queue", "--redis", "127.0.0.1:1", "--json"]);

        Assert.Equal((69, ""), (exitCode, output));
        Assert.StartsWith("The store is not available right now: Redis is not reachable (", errors, StringComparison.Ordinal);
        Assert.Equal((69, "store_unavailable"), (code, JsonElement.Parse(json).GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("> /dev/full")]
    [InlineData(">&-")]
    public async Task Where_the_output_cannot_be_written_the_exit_code_and_a_sentence_tell_that_it_is_done(string output)
    {
        await OpenAsync();

        var replied = await _place.ShellAsync($"reply cs-TKT-1 Hi {output}");

        Assert.Equal((74, "", "The command is done, but its output could not be written.\n"), replied);
        Assert.Equal(["Hello?", "Hi"], await MessagesAsync());
    }

    [Fact]
    public async Task Where_what_happens_cannot_be_written_as_it_happens_the_exit_code_tells_so_too()
    {
        await OpenAsync();
        var tail = _place.ShellAsync("events tail > /dev/full");

        for (var n = 2; !tail.IsCompleted; n++)
        {
            await _place.PrepareAsync(TimeSpan.Zero, Open($"TKT-{n}"));
            await Task.WhenAny(tail, Task.Delay(100, TestContext.Current.CancellationToken));
        }

        var (exitCode, _, errors) = await tail;
        Assert.Equal((74, "Listening; Ctrl+C ends.\nThe command is done, but its output could not be written.\n"), (exitCode, errors));
    }

    [Fact]
    public async Task An_input_that_is_a_folder_is_refused()
    {
        await OpenAsync();

        Assert.Equal((1, "", "Invalid argument TEXT: the input can be read.\n"), await _place.ShellAsync("reply cs-TKT-1 < /"));
    }

    [Fact]
    public async Task People_here_and_programs_over_MCP_see_the_same_and_one_answers()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(5), Open("TKT-1"), Asks("TKT-1", "I paid twice."), AskFor("TKT-1"), Escalate("TKT-1"));
        await using var server = await HttpServer.StartAsync(_place.Arguments);

        var shown = await _place.JsonAsync("show", "cs-TKT-1");
        Assert.All((await CallAsync("get_state")).EnumerateObject(), p => AssertSame(p.Value, shown.GetProperty(p.Name)));
        var history = await server.CallAsync("get_history", new { conversation_id = "cs-TKT-1", detail = "full" }, TestContext.Current.CancellationToken);
        AssertSame(history.Content.GetProperty("messages"), shown.GetProperty("messages"));
        AssertSame(await CallAsync("list_pending_approvals"), await _place.JsonAsync("approvals"));
        var (here, there) = (await _place.JsonAsync("queue"), (await server.CallAsync("list_queue", new { }, TestContext.Current.CancellationToken)).Content);
        Assert.Equal(there.GetProperty("total").GetInt32(), here.GetProperty("total").GetInt32());
        // The waiting time goes on between the two.
        Assert.All(there.GetProperty("conversations")[0].EnumerateObject().Where(p => p.Name != "waiting_seconds"),
            p => AssertSame(p.Value, here.GetProperty("conversations")[0].GetProperty(p.Name)));

        await _place.JsonAsync("reply", "cs-TKT-1", "I am here.", "--as", "human:alice");
        var answer = await server.CallAsync("add_message", new { conversation_id = "cs-TKT-1", role = "assistant", content = "I am the bot." }, TestContext.Current.CancellationToken);
        Assert.Equal("not_owner", answer.Code);
        Assert.Equal("human:alice", answer.Content.GetProperty("owner").GetString());

        async Task<JsonElement> CallAsync(string tool) =>
            (await server.CallAsync(tool, new { conversation_id = "cs-TKT-1" }, TestContext.Current.CancellationToken)).Content;
    }

    public void Dispose() => _place.Dispose();

    private static void AssertSame(JsonElement expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(expected, actual), $"{expected.GetRawText()}\n{actual.GetRawText()}");

    private Task<Outcome> OpenAsync() => _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"));

    private async Task<IEnumerable<string?>> MessagesAsync() =>
        (await _place.JsonAsync("show", "cs-TKT-1")).GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").GetString());
}
