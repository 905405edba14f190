using System.CommandLine;
using System.Globalization;
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
          SupportStateMcp show cs-TKT-001 --at before-refund
          SupportStateMcp show cs-TKT-001 --at 2h
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
        var at = new Option<string?>("--at") { Description = "As it was: a version, a checkpoint, a span before now (2h) or a time.", HelpName = "POINT" };
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
            var past = parsed.GetValue(at) is { } text ? await ThenAsync(context, conversation, text, cancellationToken) : (Result<ConversationThen>?)null;
            if (past?.Error is { } nowhere)
                return nowhere;
            var before = past is { } known ? known.Value.Then.MessageCount + 1 : (long?)null;
            var result = await context.Queries.GetHistoryAsync(conversation, last, before, null, long.MaxValue, cancellationToken);
            if (!result.TryGet(out var page, out error))
                return error;
            var view = past is { } then
                ? new ConversationDetailsView(page with { Conversation = then.Value.Then }, null, context.Workflow).As(then.Value)
                : new ConversationDetailsView(page, found.ExpiresAt, context.Workflow);
            return CommandOutput.Of(view, screen => ConversationScreen.Write(screen, view, context.Now));
        })
        { id, messages, at };
    }

    private static async ValueTask<Result<ConversationThen>> ThenAsync(CliContext context, ConversationId id, string text, CancellationToken cancellationToken)
    {
        if (text.All(char.IsAsciiDigit))
        {
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                ? await context.Versions.GetAsync(id, new VersionPoint(Version: version), cancellationToken)
                : Error.InvalidArgument("--at", "it is a version of the conversation");
        }

        if (Checkpoint.IsName(text))
            return await context.Versions.GetAsync(id, new VersionPoint(Checkpoint: text), cancellationToken);
        var time = CliArguments.SinceOf("--at", text, context);
        return time.TryGet(out var at, out var malformed) ? await context.Versions.GetAsync(id, new VersionPoint(Time: at), cancellationToken) : malformed;
    }
}
