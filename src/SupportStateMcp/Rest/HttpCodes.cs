using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Rest;

/// <summary>
/// The codes of what HTTP itself refuses, beside those of the rules (<see cref="ErrorCodes"/>). Stable API; <c>docs/rest.md</c>
/// lists them.
/// </summary>
internal static class HttpCodes
{
    /// <summary>The code for a status.</summary>
    public static string Of(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "unauthenticated",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "no_such_route",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status413PayloadTooLarge => "content_too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        // Another one than rate_limited, which says when the call passes: nobody knows when a stream is closed.
        StatusCodes.Status429TooManyRequests => "too_many_streams",
        StatusCodes.Status503ServiceUnavailable => "busy",
        >= 500 => "internal_error",
        _ => ErrorCodes.InvalidArgument,
    };
}
