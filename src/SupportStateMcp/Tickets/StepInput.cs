using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tickets;

/// <summary>What a worker gets to know of a ticket, the same for agents and built-in workers. It is data, not instructions.</summary>
public static class StepInput
{
    /// <summary>All that is known, by name: the ticket, the records, the results of the steps before.</summary>
    public static JsonObject Of(TakenStep taken)
    {
        var (c, run) = (taken.Conversation, taken.Conversation.Run!);
        var input = new JsonObject { ["customer_id"] = run.CustomerId, ["description"] = c.Description };
        if (run.Entitled is { } entitled)
            input["entitled"] = entitled;
        Add(input, "customer", run.Customer);
        Add(input, "system", run.System);
        foreach (var step in run.Steps.Where(s => s.State == RunStepState.Done))
            Add(input, step.Name, step.Result);
        if (c.Analysis is { } analysis && !taken.Definition.Has(StepRequirement.Letter))
            Add(input, "analysis", analysis.Result);
        if (taken.Step.Notes is { } notes)
            input["notes"] = notes;
        if (taken.Step.Research.Count > 0)
            input["recorded_queries"] = new JsonArray([.. taken.Step.Research.Select(r => (JsonNode?)r.Query)]);
        if (taken.Definition.Has(StepRequirement.Letter))
            input["text"] = LetterText.Of(c);
        return input;
    }

    private static void Add(JsonObject input, string name, JsonElement? value)
    {
        if (value is { } element)
            input[name] = JsonObject.Create(element);
    }
}
