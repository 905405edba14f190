using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Why the token of a request is not accepted, noted where that is found, and how the request is then refused: the challenge of RFC 6750,
/// section 3, with the address of the metadata where there is a provider (RFC 9728, section 5.1).
/// </summary>
/// <param name="Status">401 for a token that is not accepted, 403 for one that may not, 503 where nobody can say.</param>
/// <param name="Description">What is wrong, for the challenge; without quotes.</param>
/// <param name="Sentence">What is wrong and what to do, for the body.</param>
internal sealed record BearerRefusal(int Status, string Description, string Sentence)
{
    /// <summary>What a server with a list of tokens, and no provider, says to who shows none of it.</summary>
    public const string Unknown = "This server serves those whose token it knows: send one in the header \"Authorization: Bearer <token>\". SupportStateMcp token create makes one.";

    /// <summary>Whether a token with more scopes would be accepted, so that a client may ask for one (RFC 6750, section 3.1).</summary>
    public bool LacksScope { get; init; }

    /// <summary>How long a client waits that could not be checked, in seconds.</summary>
    private static readonly string s_retryAfter = ((int)ProviderKeys.LeastPause.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>The token is no, or no more, a token of this server.</summary>
    public static BearerRefusal Invalid(string description, string sentence) => new(StatusCodes.Status401Unauthorized, description, sentence);

    /// <summary>Notes it for <see cref="ChallengeAsync"/>.</summary>
    public void Note(HttpContext context) => context.Features.Set(this);

    /// <summary>Refuses a request that nobody was authenticated for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="oauth">The provider; null where there is none.</param>
    public static Task ChallengeAsync(HttpContext context, OAuthOptions? oauth)
    {
        var refusal = context.Features.Get<BearerRefusal>();
        if (refusal is null && ShownToken.IsTwofold(context.Request))
            refusal = Invalid("The request shows more than one token", "The request shows more than one token: send one, in one header Authorization, and none in the address.");
        if (refusal?.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = s_retryAfter;
        else if (refusal is null or { Status: StatusCodes.Status401Unauthorized } or { LacksScope: true })
            context.Response.Headers.WWWAuthenticate = Challenge(context, refusal, oauth);
        return HttpRefusal.WriteAsync(context, refusal?.Status ?? StatusCodes.Status401Unauthorized, refusal?.Sentence ?? HowTo(oauth));
    }

    private static string Challenge(HttpContext context, BearerRefusal? refusal, OAuthOptions? oauth)
    {
        var parts = new List<string>();
        if (refusal is not null)
            parts.AddRange([$"error=\"{(refusal.LacksScope ? "insufficient_scope" : "invalid_token")}\"", $"error_description=\"{refusal.Description}\""]);
        if (oauth is { RequiredScopes.Count: > 0 } && refusal?.Status != StatusCodes.Status401Unauthorized)
            parts.Add($"scope=\"{string.Join(' ', oauth.RequiredScopes)}\"");
        if (oauth is not null)
            parts.Add($"resource_metadata=\"{ResourceMetadata.AddressFor(context.Request)}\"");
        return new StringBuilder("Bearer").Append(parts.Count > 0 ? " " : "").AppendJoin(", ", parts).ToString();
    }

    private static string HowTo(OAuthOptions? oauth) => oauth is null
        ? Unknown
        : $"This server serves those who show a token: get an access token from {oauth.Issuer}, and send it in the header \"Authorization: Bearer <token>\". WWW-Authenticate names the metadata for clients that do so by themselves.";
}
