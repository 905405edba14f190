using Microsoft.Extensions.Configuration;
using SupportStateMcp.Hosting;
using SupportStateMcp.Memory;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The section <c>memory</c>.</summary>
public class MemoryOptionsTests
{
    [Fact]
    public void It_has_defaults_and_takes_values()
    {
        Assert.Equal(new MemoryOptions(), Read().Options!.Memory);
        Assert.Equal(
            new MemoryOptions { MaxAge = null, MaxIdle = TimeSpan.FromDays(7), MostPerCustomer = 10, MostSolutions = 20, Episodes = false, Drafts = false },
            Read(("maxAgeDays", "0"), ("maxIdleDays", "7"), ("maxPerCustomer", "10"), ("maxSolutions", "20"), ("episodes", "false"), ("drafts", "False")).Options!.Memory);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once() => Assert.Equal(
        [
            "memory.maxAge: there is no such key; docs/configuration.md lists them all.",
            "memory.maxIdleDays: 'x' is out of range; use 0 to 36500 days, 0 for no end.",
            "memory.maxPerCustomer: '0' is out of range; use 1 to 10000 memories.",
            "memory.episodes: 'no' is neither true nor false.",
        ],
        Read(("maxAge", "1"), ("maxIdleDays", "x"), ("maxPerCustomer", "0"), ("episodes", "no")).Violations);

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(params (string Key, string Value)[] settings) => OptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"mcp:memory:{s.Key}", (string?)s.Value))).Build(), null);
}
