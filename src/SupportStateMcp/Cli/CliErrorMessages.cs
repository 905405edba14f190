using SupportStateMcp.Conversations;

namespace SupportStateMcp.Cli;

/// <summary>Refusals in the words of the command line: what they advise are commands, not tools.</summary>
internal static class CliErrorMessages
{
    private const string OtherThan = "other_than:";

    public static string ForPeople(Error error) => error.Code switch
    {
        ErrorCodes.NotFound when error.Facts.ContainsKey("approval_id") =>
            $"{What(error)} SupportStateMcp approvals shows what waits for a decision.",
        ErrorCodes.NotFound => $"{What(error)} SupportStateMcp queue shows who waits.",
        ErrorCodes.NotAuthorized => NotAuthorized([.. error.Facts["needs"]!.AsArray().Select(n => n!.GetValue<string>())]),
        ErrorCodes.TerminalState =>
            $"The conversation is finished: it is in the state {error.Facts["state"]}. SupportStateMcp reopen opens it again, or a linked follow-up conversation.",
        ErrorCodes.ReopenWindowOver => $"{What(error)} SupportStateMcp reopen opens a linked follow-up conversation.",
        ErrorCodes.ApprovalExpired => $"{What(error)} It grants nothing; who needs it asks anew.",
        ErrorCodes.StoreUnavailable =>
            "The store is not available right now. Try again in a moment; look with show first whether a write was done, or repeat a reply under its --message-id.",
        _ => error.Message,
    };

    private static string NotAuthorized(IReadOnlyList<string> needs) =>
        needs is [var need] && need.StartsWith(OtherThan, StringComparison.Ordinal)
            ? $"Not authorized: {need[OtherThan.Length..]} asked for this, and somebody else has to decide it."
            : $"Not authorized: this takes {string.Join(" and ", needs)}. Who has that role gives it with --roles.";

    /// <summary>The first sentence: what was refused, without the advice.</summary>
    private static string What(Error error) =>
        error.Message.IndexOf(". ", StringComparison.Ordinal) is var end and >= 0 ? error.Message[..(end + 1)] : error.Message;
}
