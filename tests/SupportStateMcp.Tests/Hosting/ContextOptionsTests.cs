using SupportStateMcp.Context;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>How contexts are made, and which words hint at a state, as they are configured.</summary>
public sealed class ContextOptionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Nothing_configured_drops_the_oldest_and_estimates()
    {
        var options = Valid("{}");

        Assert.Equal(new ContextOptions(), options.Context);
        Assert.Same(StateSuggestions.DefaultWords, options.Suggestions);
    }

    [Fact]
    public void All_of_it_can_be_configured()
    {
        var options = Valid("""{"context": {"strategy": "summarise", "tokenizer": "o200k_base"}, "stateMachine": {"suggestions": {"processing": ["versuchen", "Lösung"]} } }""");

        Assert.Equal(new ContextOptions { Strategy = ContextStrategy.Summarise, CountsExactly = true }, options.Context);
        Assert.Equal(["versuchen", "Lösung"], Assert.Single(options.Suggestions).Value);
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var (_, violations) = Read("""{"context": {"strategy": "all", "tokenizer": "gpt2"}, "stateMachine": {"suggestions": {"done": ["ready"], "processing": []} } }""");

        Assert.Equal(
            [
                "stateMachine.suggestions.done: there is no such state; use one of initialized, gathering_info, processing, awaiting_confirmation, escalated, resolved.",
                "stateMachine.suggestions.processing: use 1 to 50 words of at most 100 characters.",
                "context.strategy: 'all' is none of these; use drop_oldest or summarise.",
                "context.tokenizer: 'gpt2' is none of these; use estimate or o200k_base.",
            ],
            violations);
    }

    public void Dispose() => _directory.Dispose();

    private ServerOptions Valid(string settings)
    {
        var (options, violations) = Read(settings);
        Assert.Empty(violations);
        return options!;
    }

    private (ServerOptions? Options, IReadOnlyList<string> Violations) Read(string settings) => OptionsReader.Read(
        OptionsSources.Read(_directory.File("context.json", $$"""{"mcp": {{settings}} }"""), new System.Collections.Hashtable(), new Dictionary<string, string?>()), null);
}
