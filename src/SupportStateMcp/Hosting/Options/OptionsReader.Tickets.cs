using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Tickets;
using SupportStateMcp.Tickets.Workers;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <content>The sections <c>tickets</c>, <c>llm</c> and <c>pipelines</c>.</content>
public sealed partial class OptionsReader
{
    /// <summary>The most steps that one process works on at a time.</summary>
    private const int MostWorkers = 64;

    /// <summary>What a step takes beside the answers of a model, in seconds.</summary>
    private const int BesidesTheModel = 30;

    private TicketSetup Tickets(Pipelines? pipelines)
    {
        var given = _settings.Tickets;
        var worker = Given(given.Worker) switch
        {
            null or "none" => WorkerKind.None,
            "rules" => WorkerKind.Rules,
            "llm" => WorkerKind.Llm,
            var other => Violation(WorkerKind.None, $"tickets.worker: '{other}' is none of these; use none, rules or llm."),
        };
        var autoApprove = Given(given.AutoApprove) switch
        {
            null or "false" or "False" => false,
            "true" or "True" => true,
            var other => Violation(false, $"tickets.autoApprove: '{other}' is none of these; use true or false."),
        };
        var pipeline = Given(given.Pipeline) ?? SupportTicketPipeline.Name;
        if (pipelines is not null && pipelines.Find(pipeline) is null)
            _violations.Add($"tickets.pipeline: there is no pipeline '{pipeline}'; use {string.Join(", ", pipelines.All.Select(p => p.Name))}.");
        var lease = Number("tickets.lease", given.Lease, 300, Limits.ShortestStepLease, Limits.LongestLease, "seconds");
        var llm = Llm(isUsed: worker == WorkerKind.Llm);
        // The expert asks the model twice, and the knowledge base in between.
        var needed = llm is null ? 0 : (2 * (int)llm.Timeout.TotalSeconds) + BesidesTheModel;
        if (lease < needed)
            _violations.Add($"tickets.lease: {lease} is too short for two answers of the model; use {needed} or more, or a shorter llm.timeout.");
        return new TicketSetup
        {
            Rules = new TicketOptions { AutoApprove = autoApprove, Pipeline = pipeline },
            Worker = worker,
            Workers = Number("tickets.workers", given.Workers, 4, 1, MostWorkers, "steps at a time"),
            Lease = TimeSpan.FromSeconds(lease),
            Llm = llm,
        };
    }

    private LlmOptions? Llm(bool isUsed)
    {
        var given = _settings.Llm;
        var standard = new LlmOptions { Model = "", ApiKey = "" };
        var endpoint = Address("llm.endpoint", given.Endpoint, "http://127.0.0.1:11434/v1");
        var timeout = Number("llm.timeout", given.Timeout, (int)standard.Timeout.TotalSeconds, 1, 600, "seconds");
        var tokens = Number("llm.tokensPerRun", given.TokensPerRun, standard.TokensPerRun, 1_000, 10_000_000, "tokens");
        if (isUsed && Given(given.Model) is null)
            _violations.Add("llm.model: the worker llm needs the name of a model.");
        if (isUsed && endpoint is null && string.IsNullOrWhiteSpace(_openAiKey))
            _violations.Add("tickets.worker: llm needs a key in the variable OPENAI_API_KEY, or llm.endpoint for a server of your own.");
        // A server of one's own may ask for no key; the client wants one in any case.
        return isUsed
            ? new LlmOptions
            {
                Endpoint = endpoint,
                Model = given.Model ?? "",
                ApiKey = string.IsNullOrWhiteSpace(_openAiKey) ? "none" : _openAiKey,
                Timeout = TimeSpan.FromSeconds(timeout),
                TokensPerRun = tokens,
            }
            : null;
    }

    private Pipelines? PipelinesOf(WorkflowDefinition? workflow)
    {
        var configured = (_settings.Pipelines ?? []).Select(p => Pipeline(p.Key, p.Value)).ToList();
        if (workflow is null || configured.Count == 0)
            return workflow is null ? null : Pipelines.Default;

        var before = _violations.Count;
        foreach (var pipeline in configured)
            _violations.AddRange(new PipelineRules(pipeline, workflow).Violations());
        return _violations.Count > before
            ? null
            // The built-in one is there beside them, unless one of them has its name.
            : new Pipelines(configured.Append(SupportTicketPipeline.Definition).DistinctBy(p => p.Name));
    }

    private PipelineDefinition Pipeline(string name, PipelineSettings settings) => new()
    {
        Name = name,
        Steps = [.. (settings.Steps ?? []).Select((s, i) => Step($"pipelines.{name}.steps.{i}", s))],
    };

    private PipelineStep Step(string at, PipelineStepSettings s)
    {
        var approves = s.Requires?.Contains("approval") is true;
        return new PipelineStep
        {
            Name = s.Name ?? "",
            Role = s.Role ?? (approves ? "approver" : ""),
            Tools = s.Tools ?? [],
            Requires = [.. (s.Requires ?? []).Select(r => Requirement(at, r)).OfType<StepRequirement>()],
            ResultSchema = Given(s.ResultSchema) is { } schema
                ? ResultSchema.TryParse(schema) ?? Violation<ResultSchema?>(null, $"{at}.result_schema: it is no JSON Schema; write it as JSON in one text.")
                : null,
            Timeout = TimeSpan.FromSeconds(Number($"{at}.timeout", s.Timeout, approves ? 86_400 : 3_600, 1, 2_592_000, "seconds")),
            Attempts = Number($"{at}.attempts", s.Attempts, 3, 1, 10, "tries"),
            State = Given(s.State),
            Instructions = Given(s.Instructions) ?? $"Do the step {s.Name}.",
            Next = [.. (s.Next ?? []).Select((n, i) => Branch($"{at}.next.{i}", n)).OfType<PipelineBranch>()],
        };
    }

    private StepRequirement? Requirement(string at, string name) => SnakeCaseEnum.Parse<StepRequirement>(name)
        ?? Violation<StepRequirement?>(null, $"{at}.requires: '{name}' is not valid; use {string.Join(", ", Enum.GetValues<StepRequirement>().Select(SnakeCaseEnum.Of))}.");

    private PipelineBranch? Branch(string at, PipelineBranchSettings settings)
    {
        if (Given(settings.To) is not { } to)
            return Violation<PipelineBranch?>(null, $"{at}.to: it is missing; name a step, end:OUTCOME or escalate:OUTCOME.");
        if (Given(settings.When) is not { } when)
            return new PipelineBranch(null, PipelineTarget.Parse(to));
        return PipelineCondition.TryParse(when) is { } condition
            ? new PipelineBranch(condition, PipelineTarget.Parse(to))
            : Violation<PipelineBranch?>(null, $"{at}.when: '{when}' is no condition; use entitled, not_entitled, granted, refused, revise, expired or FIELD=VALUE of the result.");
    }
}
