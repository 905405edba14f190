using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Support;

/// <summary>Somebody with a token of their own.</summary>
internal sealed record Colleague(string Actor, string Roles)
{
    public static Colleague Bot { get; } = new("ai:bot", "agent");

    public static Colleague Alice { get; } = new("human:alice", "agent,approver");

    public static Colleague Bob { get; } = new("human:bob", "agent,approver");

    public string Token { get; } = AccessToken.Create();

    public Task<ToolAnswer> CallAsync(HttpServer server, string tool, object arguments, CancellationToken cancellationToken = default) =>
        server.CallAsync(Token, tool, arguments, cancellationToken);

    /// <summary>Calls a tool that does what it is asked.</summary>
    public async Task<ToolAnswer> DoAsync(HttpServer server, string tool, object arguments)
    {
        var answer = await CallAsync(server, tool, arguments);
        Assert.False(answer.IsRefused, $"{tool}: {answer.Result}");
        return answer;
    }
}
