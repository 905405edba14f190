using System.Security.Claims;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>Which toolsets a connection has, by what the server, its token and its address say.</summary>
public class ConnectionToolsetsTests
{
    private const Toolsets Usual = Toolsets.Conversations | Toolsets.Tickets | Toolsets.Knowledge;

    [Fact]
    public void The_names_are_those_of_configuration_and_addresses()
    {
        Assert.Equal("conversations, tickets, knowledge, crm, memory", ToolsetNames.All);
        var (sets, unknown) = ToolsetNames.Parse(["CRM", "tools", "tickets", "crm", ""]);
        Assert.Equal(Toolsets.Crm | Toolsets.Tickets, sets);
        Assert.Equal(["tools", ""], unknown);
        Assert.Null(ToolsetNames.TryParse("none"));
        Assert.Null(ToolsetNames.TryParse("conversations,crm"));
    }

    [Fact]
    public void A_class_without_a_set_is_an_error() => Assert.Equal(
        "ConnectionToolsetsTests does not say which set it belongs to: give it a [Toolset].",
        Assert.Throws<InvalidOperationException>(() => ToolsetAttribute.Of(typeof(ConnectionToolsetsTests))).Message);

    [Fact]
    public void Without_anything_a_server_shows_the_usual_sets_and_over_HTTP_has_every_one()
    {
        Assert.Equal((Usual, Usual), Of(null, false, null));
        Assert.Equal((Usual, ToolsetNames.Every), Of(null, true, null));
        Assert.Equal((Toolsets.Crm, ToolsetNames.Every), Of(null, true, ToolsetClaims.AtEndpoint(Anybody(), Toolsets.Crm)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_configured_is_what_a_server_has(bool hasAddresses)
    {
        Assert.Equal((Toolsets.Knowledge, Toolsets.Knowledge), Of(Toolsets.Knowledge, hasAddresses, null));
        Assert.Equal((Toolsets.None, Toolsets.Knowledge), Of(Toolsets.Knowledge, hasAddresses, ToolsetClaims.AtEndpoint(Anybody(), Toolsets.Crm)));
    }

    [Fact]
    public void What_a_token_says_goes_over_what_the_server_says()
    {
        Assert.Equal((Toolsets.Crm, Toolsets.Crm), Of(Toolsets.Knowledge, true, Token(Toolsets.Crm)));
        Assert.Equal((Toolsets.Crm, Toolsets.Crm | Toolsets.Tickets), Of(null, true, ToolsetClaims.AtEndpoint(Token(Toolsets.Crm | Toolsets.Tickets), Toolsets.Crm)));
        Assert.Equal((Toolsets.None, Toolsets.Crm), Of(null, true, ToolsetClaims.AtEndpoint(Token(Toolsets.Crm), Toolsets.Tickets)));
    }

    [Fact]
    public void An_address_changes_nothing_of_who_calls()
    {
        var caller = new Caller(new Actor(ActorKind.Human, "alice"), Roles.Approver);

        Assert.Equal(caller, CallerClaims.CallerOf(ToolsetClaims.AtEndpoint(CallerClaims.Of(caller, "any"), Toolsets.Crm)));
        Assert.Equal("claude", CallerClaims.ClientNameOf(ToolsetClaims.AtEndpoint(CallerClaims.OfClient("claude"), Toolsets.Crm)));
        Assert.Null(CallerClaims.CallerOf(ToolsetClaims.AtEndpoint(Anybody(), Toolsets.Crm)));
        Assert.Null(CallerClaims.ClientNameOf(ToolsetClaims.AtEndpoint(Anybody(), Toolsets.Crm)));
    }

    [Fact]
    public void A_refusal_says_what_keeps_the_connection_from_having_the_set()
    {
        Assert.Equal("endpoint", LimitOf(null, true, null));
        Assert.Equal("endpoint", LimitOf(null, true, ToolsetClaims.AtEndpoint(Token(Toolsets.Crm | Toolsets.Knowledge), Toolsets.Knowledge)));
        Assert.Equal("token", LimitOf(ToolsetNames.Every, true, Token(Toolsets.Knowledge)));
        Assert.Equal("server", LimitOf(null, false, null));
        Assert.Equal("server", LimitOf(Toolsets.Knowledge, true, null));
    }

    private static (Toolsets Has, Toolsets Can) Of(Toolsets? configured, bool hasAddresses, ClaimsPrincipal? user) =>
        new ConnectionToolsets(configured, hasAddresses) is var connections ? (connections.Of(user), connections.AvailableTo(user)) : default;

    private static string? LimitOf(Toolsets? configured, bool hasAddresses, ClaimsPrincipal? user) =>
        (string?)new ConnectionToolsets(configured, hasAddresses).Refusal("lookup_customer", Toolsets.Crm, user).Facts["limited_by"];

    private static ClaimsPrincipal Anybody() => new(new ClaimsIdentity());

    private static ClaimsPrincipal Token(Toolsets sets)
    {
        var user = CallerClaims.Of(new Caller(new Actor(ActorKind.Ai, "bot"), Roles.Agent), "any");
        ToolsetClaims.Grant(user, sets);
        return user;
    }
}
