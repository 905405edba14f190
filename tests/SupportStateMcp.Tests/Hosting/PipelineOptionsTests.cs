using Microsoft.Extensions.Configuration;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tickets;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The sections <c>tickets</c>, <c>llm</c> and <c>pipelines</c>.</summary>
public sealed class PipelineOptionsTests
{
    private const string Short = """
        {"mcp": {"tickets": {"pipeline": "short", "worker": "rules", "workers": "2", "lease": "30", "autoApprove": true},
          "pipelines": {"short": {"steps": [
            {"name": "research", "role": "expert", "tools": ["query_knowledge_base"], "requires": ["research"], "timeout": 1800,
             "result_schema": "{\"type\":\"object\",\"required\":[\"solution\"]}", "next": [{"to": "decision"}]},
            {"name": "decision", "requires": ["approval"], "next": [{"when": "granted", "to": "letter"}, {"to": "escalate:refused"}]},
            {"name": "letter", "role": "notification", "requires": ["letter"], "state": "awaiting_confirmation", "next": [{"to": "end:sent"}]}
          ]}}}}
        """;

    [Fact]
    public void A_pipeline_is_read_beside_the_built_in_one()
    {
        var (options, violations) = Read(Short);

        Assert.Empty(violations);
        Assert.Equal(["short", "support_ticket"], options!.Pipelines.All.Select(p => p.Name));
        var pipeline = options.Pipelines.Find("short")!;
        Assert.Equal((TimeSpan.FromMinutes(30), TimeSpan.FromDays(1)), (pipeline.Steps[0].Timeout, pipeline.Steps[1].Timeout));
        Assert.Equal((WorkerKind.Rules, 2, TimeSpan.FromSeconds(30), true, "short"),
            (options.Tickets.Worker, options.Tickets.Workers, options.Tickets.Lease, options.Tickets.Rules.AutoApprove, options.Tickets.Rules.Pipeline));
        Assert.Equal("letter", options.Pipelines.Next(pipeline, pipeline.Steps[1], new PipelineContext(null, ApprovalVerdict.Granted))!.Step);
        Assert.True(options.Pipelines.Next(pipeline, pipeline.Steps[1], new PipelineContext(null, ApprovalVerdict.Expired))!.Escalates);
    }

    [Fact]
    public void All_that_is_wrong_with_a_pipeline_is_told_at_once()
    {
        var (options, violations) = Read("""
            {"mcp": {"tickets": {"worker": "magic"}, "pipelines": {"p": {"steps": [
              {"name": "a", "role": "expert", "tools": ["rm"], "requires": ["wisdom"], "attempts": 11, "state": "nowhere",
               "result_schema": "{", "next": [{"when": "maybe", "to": "b"}, {"to": "letter"}]},
              {"name": "a", "role": "", "next": [{"when": "entitled", "to": "lost"}]},
              {"name": "letter", "role": "notification", "requires": ["letter"], "next": [{"to": "end:sent"}]},
              {"name": "far", "role": "x", "next": [{"to": "end:x"}]}
            ]}}}}
            """);

        Assert.Null(options);
        foreach (var part in (string[])["'wisdom' is not valid", "'11' is out of range", "it is no JSON Schema", "'maybe' is no condition", "'magic' is none"])
            Assert.Contains(violations, v => v.Contains(part, StringComparison.Ordinal));
        foreach (var part in (string[])
            ["'a' is there 2 times", "'rm' is not valid", "the workflow has no state 'nowhere'", "'letter' sends a letter; lead to it", "'lost' is no step", "'far' cannot be reached", "nothing says where it leads otherwise"])
            Assert.Contains(violations, v => v.Contains(part, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"mcp": {"tickets": {"pipeline": "none"}}}""", "there is no pipeline 'none'")]
    [InlineData("""{"mcp": {"tickets": {"worker": "llm"}}}""", "llm.model")]
    [InlineData("""{"mcp": {"tickets": {"worker": "llm"}, "llm": {"model": "m"}}}""", "OPENAI_API_KEY")]
    [InlineData("""{"mcp": {"llm": {"endpoint": "ftp://x"}}}""", "llm.endpoint")]
    [InlineData("""{"mcp": {"tickets": {"worker": "llm", "lease": "149"}, "llm": {"model": "m", "endpoint": "http://127.0.0.1:1/v1"}}}""", "tickets.lease: 149 is too short for two answers of the model; use 150 or more")]
    [InlineData("""{"mcp": {"pipelines": {"p": {"steps": [{"name": "a", "role": "x", "next": [{"when": "entitled", "to": "end:yes"}, {"when": "not_entitled", "to": "end:no"}]}]}}}}""", "nobody has looked at the customer before a")]
    [InlineData("""{"mcp": {"pipelines": {"p": {"steps": [{"name": "a", "role": "x", "next": [{"when": "f=1", "to": "c"}, {"to": "b"}]}, {"name": "c", "role": "x", "requires": ["customer"], "next": [{"to": "b"}]}, {"name": "b", "role": "x", "next": [{"when": "entitled", "to": "end:yes"}, {"when": "not_entitled", "to": "end:no"}]}]}}}}""", "nobody has looked at the customer before b")]
    [InlineData("""{"mcp": {"tickets": {"leese": 3}}}""", "tickets.leese")]
    [InlineData("""{"mcp": {"pipelines": {"p": {"steps": [{"name": "a", "rule": "x"}]}}}}""", "pipelines.p.steps.0.rule")]
    public void What_cannot_be_used_is_told_by_its_key(string json, string told) =>
        Assert.Contains(Read(json).Violations, v => v.Contains(told, StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"mcp": {"tickets": {"worker": "llm", "lease": "150"}, "llm": {"model": "m", "endpoint": "http://127.0.0.1:1/v1"}}}""")]
    [InlineData("""{"mcp": {"tickets": {"worker": "rules", "lease": "30"}}}""")]
    [InlineData("""{"mcp": {"pipelines": {"p": {"steps": [{"name": "a", "role": "x", "requires": ["customer"], "next": [{"to": "b"}]}, {"name": "b", "role": "x", "next": [{"when": "entitled", "to": "end:yes"}, {"when": "not_entitled", "to": "end:no"}]}]}}}}""")]
    public void What_can_be_used_is_taken(string json) => Assert.Empty(Read(json).Violations);

    [Fact]
    public void A_server_of_ones_own_needs_no_key()
    {
        var (options, violations) = Read("""{"mcp": {"tickets": {"worker": "llm"}, "llm": {"model": "m", "endpoint": "http://127.0.0.1:1/v1", "timeout": 5}}}""");

        Assert.Empty(violations);
        Assert.Equal(("m", TimeSpan.FromSeconds(5)), (options!.Tickets.Llm!.Model, options.Tickets.Llm.Timeout));
    }

    [Fact]
    public void The_built_in_pipeline_is_sound_and_drawn()
    {
        Assert.Empty(new PipelineRules(SupportTicketPipeline.Definition, WorkflowDefinition.Default).Violations());

        var diagram = Pipelines.Default.Diagram(SupportTicketPipeline.Definition);
        foreach (var line in (string[])["triage --> notification : not_entitled", "approval --> notification : granted", "solution_sent --> [*]"])
            Assert.Contains(line, diagram, StringComparison.Ordinal);
    }

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        return OptionsReader.Read(new ConfigurationBuilder().AddJsonStream(stream).Build(), null);
    }
}
