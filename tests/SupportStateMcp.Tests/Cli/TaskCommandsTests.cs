using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>task …</c>, <c>checkpoint</c>, <c>checkpoints</c>, <c>rollback</c>, <c>show --at</c>.</summary>
public sealed class TaskCommandsTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task A_task_is_taken_on_planned_and_worked_through()
    {
        await _place.JsonAsync("open", "TKT-1", "--user", "user-1");
        var task = (await _place.JsonAsync("task", "new", "TKT-1", "Restore the login")).GetProperty("task_id").GetString()!;
        Assert.Equal("executing", (await _place.JsonAsync("task", "plan", task, "--step", "Check the lock", "--step", "Send a link")).GetProperty("status").GetString());
        var (exitCode, output, _) = await _place.RunAsync("task", "advance", task, "step_complete");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"done +Check the lock\s+now +Send a link\s+can take +step_complete, needs_input", output);
        Assert.Contains("1 of 2", (await _place.RunAsync("task", "list", "TKT-1")).Output, StringComparison.Ordinal);
        Assert.Equal("Send a link", (await _place.JsonAsync("task", "show", task)).GetProperty("current_step").GetString());
        Assert.Equal(0, (await _place.JsonAsync("task", "list", "TKT-1", "--status", "done")).GetProperty("tasks").GetArrayLength());
        Assert.Equal("invalid_task_event", (await _place.RefusalAsync("task", "advance", task, "task_complete")).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("TASK", "task", "advance", "TKT-1", "step_complete")]
    [InlineData("EVENT", "task", "advance", "task-00000000-TKT-1", "finished")]
    [InlineData("GOAL", "task", "new", "TKT-1", " ")]
    [InlineData("--step", "task", "new", "TKT-1", "goal", "--step", "")]
    [InlineData("--status", "task", "list", "TKT-1", "--status", "open")]
    [InlineData("NAME", "checkpoint", "TKT-1", "1st")]
    public async Task An_argument_that_cannot_be_read_is_told_by_its_name(string argument, params string[] command)
    {
        await _place.JsonAsync("open", "TKT-1", "--user", "user-1");

        Assert.Equal(argument, (await _place.RefusalAsync(command)).GetProperty("argument").GetString());
    }

    [Fact]
    public async Task A_version_is_named_shown_as_it_was_and_gone_back_to()
    {
        await _place.JsonAsync("open", "TKT-1", "--user", "user-1");
        await _place.JsonAsync("claim", "TKT-1", "--as", "human:alice");
        Assert.Equal((0, "before is version 4 of cs-TKT-1.\n", ""), await _place.RunAsync("checkpoint", "TKT-1", "before"));
        await _place.JsonAsync("task", "new", "TKT-1", "Wrong", "--as", "human:alice");
        await _place.JsonAsync("reply", "TKT-1", "Hello", "--as", "human:alice");

        var then = await _place.JsonAsync("show", "TKT-1", "--at", "before");
        Assert.Equal((4, 7, 0), (then.GetProperty("version").GetInt32(), then.GetProperty("current_version").GetInt32(), then.GetProperty("messages").GetArrayLength()));
        Assert.Equal(4, (await _place.JsonAsync("show", "TKT-1", "--at", "4")).GetProperty("version").GetInt32());
        Assert.Contains("cs-TKT-1 as it was in version 4 of 7", (await _place.RunAsync("show", "TKT-1", "--at", "4")).Output, StringComparison.Ordinal);
        Assert.Equal("not_found", (await _place.RefusalAsync("show", "TKT-1", "--at", "never")).GetProperty("code").GetString());

        Assert.Equal("not_owner", (await _place.RefusalAsync("rollback", "TKT-1", "--to", "before", "--as", "human:bob")).GetProperty("code").GetString());
        Assert.Equal((0, "cs-TKT-1 is as it was in version 4, in the state gathering_info.\n", ""), await _place.RunAsync("rollback", "TKT-1", "--to", "before", "--as", "human:alice"));
        Assert.Equal(0, (await _place.JsonAsync("task", "list", "TKT-1")).GetProperty("tasks").GetArrayLength());
        Assert.Equal(1, (await _place.JsonAsync("show", "TKT-1")).GetProperty("message_count").GetInt32());
        Assert.Contains("before", (await _place.RunAsync("checkpoints", "TKT-1")).Output, StringComparison.Ordinal);
    }

    public void Dispose() => _place.Dispose();
}
