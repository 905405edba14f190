using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>approve</c>, <c>reject</c>: a person's yes or no.</summary>
internal static class DecisionCommands
{
    private const string MoreOfApprove = """
        A yes is for exactly this action with exactly these arguments, once. With --arguments it is for those instead;
        who said yes before has not said it to them. Who asked cannot approve, and each person counts once.

        Examples:
          SupportStateMcp approve ap-1a2b3c4d-TKT-001 --notes "checked with the shop"
          SupportStateMcp approve ap-1a2b3c4d-TKT-001 --arguments '{"order": "A-17", "amount": 500}'
          SupportStateMcp approve ap-1a2b3c4d-TKT-001 --digest "$seen"
        """;

    private const string MoreOfReject = """
        One no is enough, and final.

        Example:
          SupportStateMcp reject ap-1a2b3c4d-TKT-001 --notes "outside of the warranty"
        """;

    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = MetadataRules.MaxDepth + 1, AllowDuplicateProperties = false };

    public static IEnumerable<CliCommand> Create()
    {
        var arguments = new Option<string?>("--arguments") { Description = "Approve these arguments instead: a JSON object, in full.", HelpName = "JSON" };
        yield return Create("approve", "Say yes to what an approval asks for.", MoreOfApprove, true, arguments);
        yield return Create("reject", "Say no to what an approval asks for.", MoreOfReject, false, null);
    }

    private static CliCommand Create(string name, string summary, string more, bool approved, Option<string?>? arguments)
    {
        var id = CliArguments.Approval();
        var notes = new Option<string?>("--notes") { Description = $"Why; kept in the audit trail, {Limits.Reason} characters at most.", HelpName = "TEXT" };
        var digest = new Option<string?>("--digest")
        {
            Description = "Decide only on what you saw: the digest of approvals --json. Where the arguments are others by now, nothing is decided.",
            HelpName = "DIGEST",
        };
        var command = new CliCommand(name, summary, more, typeof(ConversationCommand.DecideApproval), async (parsed, context, cancellationToken) =>
        {
            var approvalId = parsed.GetRequiredValue(id);
            if (Approval.ConversationOf(approvalId) is not { } conversation)
                return Error.InvalidArgument("ID", "it is an approval's id, for example ap-1a2b3c4d-TKT-001");
            JsonElement? instead = null;
            if (arguments is not null && parsed.GetValue(arguments) is { } json)
            {
                if (!ArgumentsOf(json).TryGet(out var final, out var malformed))
                    return malformed;
                instead = final;
            }

            var decision = new ConversationCommand.DecideApproval
            {
                Id = conversation,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                ApprovalId = approvalId,
                Approved = approved,
                Notes = parsed.GetValue(notes),
                FinalArguments = instead,
                SeenDigest = parsed.GetValue(digest),
                Via = DecisionChannel.Connection,
            };
            return await context.ExecuteAsync(
                decision, o => new ApprovalView(o.Conversation.Approval(approvalId)!, o.Conversation), Sentence, cancellationToken);
        })
        { id, notes, digest };
        if (arguments is not null)
            command.Add(arguments);
        return command;
    }

    private static string Sentence(ApprovalView a) => a.Status switch
    {
        ApprovalStatus.Pending => string.Create(CultureInfo.InvariantCulture, $"{a.ApprovalId}: {a.Yes} of {a.Quorum} have said yes; it waits for more."),
        ApprovalStatus.Refused => $"{a.ApprovalId} is refused, for good.",
        _ => $"{a.ApprovalId} is granted: {a.Action} {ViewJson.Text(a.Arguments)}, once.",
    };

    private static Result<JsonElement> ArgumentsOf(string json)
    {
        var rule = $"it is a JSON object of at most {MetadataRules.MaxJsonLength} characters, in full, each key once";
        if (json.Length > MetadataRules.MaxJsonLength)
            return Error.InvalidArgument("--arguments", rule);
        try
        {
            using var document = JsonDocument.Parse(json, s_strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return Error.InvalidArgument("--arguments", rule);
            // Once through all of it: half of a surrogate pair is found only where a text is taken apart.
            _ = Digest.OfAction("", document.RootElement);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Error.InvalidArgument("--arguments", rule);
        }
    }
}
