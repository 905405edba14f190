using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Rest;

/// <summary>The HTTP status of each refusal (RFC 9110, section 15; of a key used twice: draft-ietf-httpapi-idempotency-key-header).</summary>
internal static class ErrorStatus
{
    /// <summary>The status for a code of <see cref="ErrorCodes"/>.</summary>
    public static int Of(string code) => code switch
    {
        ErrorCodes.InvalidArgument or ErrorCodes.InvalidImport or ErrorCodes.PersonalData => StatusCodes.Status400BadRequest,
        ErrorCodes.NotAuthorized or ErrorCodes.ToolsetNotEnabled or ErrorCodes.StepTokenRequired => StatusCodes.Status403Forbidden,
        ErrorCodes.NotFound or ErrorCodes.CustomerNotFound or ErrorCodes.ArticleNotFound => StatusCodes.Status404NotFound,
        ErrorCodes.InvalidTransition or ErrorCodes.TerminalState or ErrorCodes.ReopenWindowOver or ErrorCodes.TicketConflict
            or ErrorCodes.NotOwner or ErrorCodes.AlreadyAnswered or ErrorCodes.LimitReached or ErrorCodes.AlreadyDecided
            or ErrorCodes.ApprovalPending or ErrorCodes.ApprovalRefused or ErrorCodes.ApprovalMismatch or ErrorCodes.ApprovalChanged or ErrorCodes.ApprovalUsed
            or ErrorCodes.LeaseLost or ErrorCodes.InsufficientResearch or ErrorCodes.UnknownCitation or ErrorCodes.NotWaitingForApproval or ErrorCodes.ToolNotOpened or ErrorCodes.InvalidTaskEvent or ErrorCodes.WhatIfCopy or ErrorCodes.ConversationFull
            => StatusCodes.Status409Conflict,
        ErrorCodes.ApprovalExpired => StatusCodes.Status410Gone,
        // The version is what If-Match asks for.
        ErrorCodes.VersionConflict => StatusCodes.Status412PreconditionFailed,
        ErrorCodes.IdempotencyMismatch => StatusCodes.Status422UnprocessableEntity,
        // RFC 6585, section 4.
        ErrorCodes.RateLimited => StatusCodes.Status429TooManyRequests,
        ErrorCodes.StoreDamaged => StatusCodes.Status500InternalServerError,
        ErrorCodes.LockTimeout or ErrorCodes.StoreUnavailable or ErrorCodes.KnowledgeUnavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new InvalidOperationException($"No status for {code}."),
    };
}
