using System.Security.Claims;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>What the user of a request has to say about toolsets: those of a token, and the one that an address serves alone.</summary>
public static class ToolsetClaims
{
    private const string Granted = "toolset";
    private const string Endpoint = "toolset_of_endpoint";

    // The SDK passes on users that have an authentication type alone.
    private const string ByAddress = "ByAddress";

    /// <summary>Gives the user these sets, and no others.</summary>
    public static void Grant(ClaimsPrincipal user, Toolsets sets) =>
        ((ClaimsIdentity)user.Identity!).AddClaims(ToolsetNames.Of(sets).Select(name => new Claim(Granted, name)));

    /// <summary>The user, at the address of one set.</summary>
    /// <param name="user">Who calls, or nobody that is known.</param>
    /// <param name="set">One set.</param>
    public static ClaimsPrincipal AtEndpoint(ClaimsPrincipal user, Toolsets set)
    {
        var name = ToolsetNames.Of(set).Single();
        var place = new ClaimsIdentity([new Claim(Endpoint, name)], ByAddress);
        if (user.Identity is { IsAuthenticated: true })
        {
            user.AddIdentity(place);
            return user;
        }

        // The SDK gives sessions to users with an id alone: one that began at this address stays there.
        place.AddClaim(new Claim(ClaimTypes.NameIdentifier, $"address:{name}"));
        return new ClaimsPrincipal(place);
    }

    /// <summary>The sets of <see cref="Grant"/>; null where none were given, so that the server's own hold.</summary>
    public static Toolsets? GrantedTo(ClaimsPrincipal? user) => Read(user, Granted);

    /// <summary>The set of <see cref="AtEndpoint"/>; null at an address that serves more than one.</summary>
    public static Toolsets? EndpointOf(ClaimsPrincipal? user) => Read(user, Endpoint);

    private static Toolsets? Read(ClaimsPrincipal? user, string type)
    {
        if (user is null)
            return null;
        var names = user.FindAll(type).Select(c => c.Value).ToList();
        return names.Count == 0 ? null : ToolsetNames.Parse(names).Sets;
    }
}
