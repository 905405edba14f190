using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SupportStateMcp.Hosting.Http;

/// <summary>Ends a stream when the token that it was opened with counts no more as it did: it has expired, or its entry in the list was removed or changed.</summary>
internal sealed class StreamEnd(AccessTokens tokens, TimeProvider time)
{
    /// <summary>The longest that a timer waits.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(40);

    /// <summary>As a middleware behind <see cref="MessageGuard"/>.</summary>
    public async Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (!StreamRequest.IsOne(context) || context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is not { Ticket: { } ticket })
        {
            await next(context);
            return;
        }

        var left = ticket.Properties.ExpiresUtc is { } end ? end - time.GetUtcNow() : s_longest;
        using var expiry = new CancellationTokenSource(left < TimeSpan.Zero ? TimeSpan.Zero : left < s_longest ? left : s_longest, time);
        var aborted = context.RequestAborted;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted, expiry.Token);
        using var watch = context.Features.Get<AccessToken>() is { } opened && ShownToken.Of(context.Request) is { } shown
            ? tokens.WhenReplaced(() => tokens.Find(shown) is not { } now || (now.Caller, now.Toolsets, now.Expires) != (opened.Caller, opened.Toolsets, opened.Expires), ends)
            : null;
        context.RequestAborted = ends.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            // The stream ends here, as any other does.
        }
    }
}
