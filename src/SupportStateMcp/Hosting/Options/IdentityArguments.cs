using SupportStateMcp.Identity;

namespace SupportStateMcp.Hosting;

/// <summary>What the command line says about who acts, not yet checked.</summary>
/// <param name="Actor">The text of <c>--actor</c>, or null.</param>
/// <param name="Roles">The text of <c>--roles</c>, or null.</param>
/// <param name="OverHttp">Whether the server is started for HTTP, where anyone who reaches it may call.</param>
/// <param name="Demo">Whether the server is started to be tried: sample data, a worker, and REST approvals as one person's.</param>
public sealed record IdentityArguments(string? Actor = null, string? Roles = null, bool OverHttp = false, bool Demo = false);
