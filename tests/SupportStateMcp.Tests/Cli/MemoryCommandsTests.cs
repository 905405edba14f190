using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>memory remember|recall|forget|list</c>.</summary>
public sealed class MemoryCommandsTests : IDisposable
{
    private readonly CliPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_memory_is_remembered_found_listed_and_forgotten()
    {
        var first = await _place.JsonAsync("memory", "remember", "Wants a call.", "--customer", "CUST001", "--kind", "preference", "--key", "contact");
        _place.Time.Advance(TimeSpan.FromMinutes(1));
        var second = await _place.RunAsync("memory", "remember", "Wants mail.", "--customer", "CUST001", "--kind", "preference", "--key", "contact", "--topic", "letters");
        var again = await _place.RunAsync("memory", "remember", "Wants mail.", "--customer", "CUST001", "--kind", "preference", "--key", "contact");
        var recalled = await _place.RunAsync("memory", "recall", "contact", "--customer", "CUST001");
        var before = await _place.RunAsync("memory", "recall", "contact", "--customer", "CUST001", "--as-of", "30s");
        var id = (await _place.JsonAsync("memory", "list", "CUST001")).GetProperty("memories")[0].GetProperty("memory_id").GetString()!;

        Assert.Equal((0, $"{id} is remembered of CUST001. It supersedes {first.GetProperty("memory_id").GetString()}.\n", ""), second);
        Assert.Equal((0, $"{id} was remembered before.\n", ""), again);
        Assert.Contains("preference contact\n", recalled.Output, StringComparison.Ordinal);
        Assert.Contains("Wants mail.\n", recalled.Output, StringComparison.Ordinal);
        Assert.Contains("Wants a call.\n", before.Output, StringComparison.Ordinal);
        Assert.Equal((0, "Nothing is remembered.\n", ""), await _place.RunAsync("memory", "recall", "contact", "--customer", "CUST002"));

        Assert.Equal((0, $"{id} is forgotten.\n", ""), await _place.RunAsync("memory", "forget", id, "--reason", "asked"));
        var list = await _place.RunAsync("memory", "list", "CUST001", "--all");
        Assert.Contains("Wants a call.", list.Output, StringComparison.Ordinal);
        Assert.Contains($"{id}, asked, human:{Environment.UserName}: asked", list.Output, StringComparison.Ordinal);
        var gone = await _place.RunAsync("memory", "forget", id, "--reason", "asked");
        Assert.Equal((1, $"Memory {id} does not exist or was forgotten. SupportStateMcp memory list CUSTOMER shows those there are.\n"), (gone.ExitCode, gone.Errors));
    }

    [Fact]
    public async Task A_supervisor_forgets_all_of_a_customer()
    {
        await _place.RunAsync("memory", "remember", "Wants a call.", "--customer", "CUST001");
        await _place.RunAsync("memory", "remember", "Uses Azure.", "--customer", "CUST001");

        Assert.Equal("not_authorized", (await _place.RefusalAsync("memory", "forget", "--customer", "CUST001", "--reason", "asked")).GetProperty("code").GetString());
        Assert.Equal("ID", (await _place.RefusalAsync("memory", "forget", "--reason", "asked")).GetProperty("argument").GetString());
        Assert.Equal((0, "2 memories of CUST001 are forgotten.\n", ""), await _place.RunAsync("memory", "forget", "--customer", "CUST001", "--reason", "asked", "--roles", "supervisor"));
        Assert.Empty((await _place.JsonAsync("memory", "list", "CUST001", "--all")).GetProperty("memories").EnumerateArray());
    }

    [Fact]
    public async Task Refusals_name_the_arguments_of_the_command_line()
    {
        var nobody = await _place.RunAsync("memory", "remember", "x");
        var personal = await _place.RunAsync("memory", "remember", "Ask maria@example.com", "--customer", "CUST001", "--kind", "solution");
        var unknown = await _place.RunAsync("memory", "remember", "x", "--customer", "CUST001", "--kind", "rumour");

        Assert.Equal((1, 1, 1), (nobody.ExitCode, personal.ExitCode, unknown.ExitCode));
        Assert.StartsWith("Invalid argument --customer: it is required where --conversation is not given: ", nobody.Errors, StringComparison.Ordinal);
        Assert.Contains("personal data (email)", personal.Errors, StringComparison.Ordinal);
        Assert.Contains("fact, preference, episode, solution", unknown.Errors, StringComparison.Ordinal);
    }
}
