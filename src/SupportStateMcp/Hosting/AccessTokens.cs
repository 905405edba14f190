namespace SupportStateMcp.Hosting;

/// <summary>The tokens that the server knows now. The list is replaced as a whole, while it serves.</summary>
public sealed class AccessTokens(IReadOnlyList<AccessToken> tokens, TimeProvider time)
{
    private volatile IReadOnlyList<AccessToken> _all = tokens;

    /// <summary>How many there are, expired ones among them.</summary>
    public int Count => _all.Count;

    /// <inheritdoc cref="AccessToken.Find"/>
    public AccessToken? Find(string token) => AccessToken.Find(token, _all);

    /// <summary>Whether the time of a token is over.</summary>
    public bool HasExpired(AccessToken token) => token.Expires <= time.GetUtcNow();

    /// <summary>Knows these from now on, and no others.</summary>
    public void Replace(IReadOnlyList<AccessToken> tokens) => _all = tokens;
}
