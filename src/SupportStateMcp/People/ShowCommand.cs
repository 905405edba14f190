using System.CommandLine;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.People;

/// <summary><c>show</c>: one case, as a person takes it over.</summary>
internal static class ShowCommand
{
    private const int Shown = 10;

    private const string More = """
        Where it stands, who has it, what the handoff says, what waits for a decision, and the last messages. Of each
        message it says whether the customer sees it.

        Examples:
          SupportStateMcp show cs-TKT-001
          SupportStateMcp show cs-TKT-001 --messages 50
          SupportStateMcp show cs-TKT-001 --json | jq '.messages[] | select(.visibility == "public")'
        """;

    public static PersonCommand Create()
    {
        var id = Inputs.Case();
        var messages = new Option<int>("--messages")
        {
            Description = $"How many of the last messages, 1 to {Limits.Page}.",
            HelpName = "N",
            DefaultValueFactory = _ => Shown,
        };
        return new PersonCommand("show", "Show a case.", More, RoleNames.Any, async (parsed, desk, cancellationToken) =>
        {
            if (!Inputs.CaseOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var last = parsed.GetValue(messages);
            if (Inputs.RangeViolation("--messages", last, 1, Limits.Page) is { } violation)
                return violation;

            var result = await desk.Reader.GetHistoryAsync(conversation, last, null, null, cancellationToken);
            if (!result.TryGet(out var page, out var rejection))
                return rejection;
            var facts = CaseFacts.Of(page, desk.Workflow, desk.Now);
            return Answer.Of(facts, screen => CaseView.Write(screen, facts, desk.Now));
        })
        { id, messages };
    }
}
