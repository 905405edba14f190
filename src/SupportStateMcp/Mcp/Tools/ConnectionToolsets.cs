using System.Security.Claims;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>
/// Which toolsets a connection has: those of its token, else those that the server was started with; and at the address of
/// one set, that one alone.
/// </summary>
/// <param name="configured">The sets of <c>tools.sets</c> and <c>--toolsets</c>; null where nothing is configured.</param>
/// <param name="hasAddresses">
/// Whether each set has an address of its own. Then a server of which nothing else was asked has every set, and shows the
/// usual ones where they are served together.
/// </param>
public sealed class ConnectionToolsets(Toolsets? configured, bool hasAddresses = false)
{
    /// <summary>The sets that a request sees and may call.</summary>
    /// <param name="user">The user of the request; null where the transport knows none.</param>
    public Toolsets Of(ClaimsPrincipal? user) => ToolsetClaims.EndpointOf(user) is { } one
        ? one & AvailableTo(user)
        : ToolsetClaims.GrantedTo(user) ?? configured ?? ToolsetNames.Default;

    /// <summary>The sets that a user can have, at one address or another.</summary>
    public Toolsets AvailableTo(ClaimsPrincipal? user) =>
        ToolsetClaims.GrantedTo(user) ?? configured ?? (hasAddresses ? ToolsetNames.Every : ToolsetNames.Default);

    /// <summary>Why a user does not have what belongs to a set.</summary>
    /// <param name="name">The tool, prompt or resource.</param>
    /// <param name="set">Its set, which is none of <see cref="Of"/>.</param>
    /// <param name="user">The user of the request.</param>
    public Error Refusal(string name, Toolsets set, ClaimsPrincipal? user) => Error.ToolsetNotEnabled(
        name,
        SnakeCaseEnum.Of(set),
        ToolsetNames.Of(Of(user)),
        AvailableTo(user).HasFlag(set) ? ToolsetLimit.Endpoint
        : ToolsetClaims.GrantedTo(user) is not null ? ToolsetLimit.Token
        : ToolsetLimit.Server);
}
