using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>show</c>: one conversation, as a person takes it over.</summary>
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

    public static CliCommand Create()
    {
        var id = CliArguments.Conversation();
        var messages = new Option<int>("--messages")
        {
            Description = $"How many of the last messages, 1 to {Limits.Page}.",
            HelpName = "N",
            DefaultValueFactory = _ => Shown,
        };
        return new CliCommand("show", "Show a conversation.", More, null, async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var last = parsed.GetValue(messages);
            if (CliArguments.RangeViolation("--messages", last, 1, Limits.Page) is { } violation)
                return violation;

            var loaded = await context.Queries.GetAsync(conversation, cancellationToken);
            if (!loaded.TryGet(out var found, out var error))
                return error;
            var result = await context.Queries.GetHistoryAsync(conversation, last, null, null, long.MaxValue, cancellationToken);
            if (!result.TryGet(out var page, out error))
                return error;
            var view = new ConversationDetailsView(page, found.ExpiresAt, context.Workflow);
            return CommandOutput.Of(view, screen => ConversationScreen.Write(screen, view, context.Now));
        })
        { id, messages };
    }
}
