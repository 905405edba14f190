namespace SupportStateMcp.Rest;

/// <summary>The body of <c>POST /console/session</c>.</summary>
internal sealed record SignInBody
{
    /// <summary>A bearer token of this server.</summary>
    public required string Token { get; init; }
}
