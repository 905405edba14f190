using SupportStateMcp.Conversations;

namespace SupportStateMcp.People;

/// <summary>Refusals in the words of the command line: what they advise are commands, not tools.</summary>
internal static class Wording
{
    private const string OtherThan = "other_than:";

    public static string ForPeople(Rejection rejection) => rejection.Code switch
    {
        RejectionCodes.NotFound when rejection.Facts.ContainsKey("approval_id") =>
            $"{What(rejection)} SupportStateMcp approvals shows what waits for a decision.",
        RejectionCodes.NotFound => $"{What(rejection)} SupportStateMcp queue shows who waits.",
        RejectionCodes.NotAuthorized => NotAuthorized([.. rejection.Facts["needs"]!.AsArray().Select(n => n!.GetValue<string>())]),
        RejectionCodes.TerminalState =>
            $"The case is finished: it is in the state {rejection.Facts["state"]}. SupportStateMcp reopen opens it again, or a linked follow-up case.",
        RejectionCodes.ReopenWindowOver => $"{What(rejection)} SupportStateMcp reopen opens a linked follow-up case.",
        RejectionCodes.ApprovalExpired => $"{What(rejection)} It grants nothing; who needs it asks anew.",
        RejectionCodes.StoreUnavailable =>
            "The store is not available right now. Try again in a moment; look with show first whether a write was done, or repeat a reply under its --message-id.",
        _ => rejection.Message,
    };

    private static string NotAuthorized(IReadOnlyList<string> needs) =>
        needs is [var need] && need.StartsWith(OtherThan, StringComparison.Ordinal)
            ? $"Not authorized: {need[OtherThan.Length..]} asked for this, and somebody else has to decide it."
            : $"Not authorized: this takes {string.Join(" and ", needs)}. Who has that role gives it with --roles.";

    /// <summary>The first sentence: what was refused, without the advice.</summary>
    private static string What(Rejection rejection) =>
        rejection.Message.IndexOf(". ", StringComparison.Ordinal) is var end and >= 0 ? rejection.Message[..(end + 1)] : rejection.Message;
}
