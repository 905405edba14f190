using System.Collections;
using SupportStateMcp.Events;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

public sealed class EventOptionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

    [Fact]
    public void Nobody_is_told_unless_somebody_asks() => Assert.Empty(Read("{}").Options!.Events.Sinks);

    [Fact]
    public void Sinks_are_read_in_their_order()
    {
        var events = Read($$$"""
            {"events": {"source": "https://desk.example", "sinks": [
              {"name": "crm", "type": "webhook", "url": "https://crm.example/hook", "secrets": ["{{{Secret}}}"], "topics": ["human.approvals"], "content": true},
              {"name": "chat", "type": "slack", "url": "http://10.0.0.7/hook", "allowPrivate": true}
            ]}}
            """).Options!.Events;

        Assert.Equal("https://desk.example", events.Source);
        Assert.Equal(["crm", "chat"], events.Sinks.Select(s => s.Subscription.Name));
        var (crm, chat) = (events.Sinks[0], events.Sinks[1]);
        Assert.True(crm.Subscription.WithContent && crm.Subscription.Takes("human.approvals") && !crm.Subscription.Takes("agent.actions") && chat.Subscription.Takes("agent.actions"));
        Assert.Equal((24, WebhookFormat.CloudEvent, WebhookFormat.Slack, true), (crm.Webhook!.Secrets[0].Length, crm.Webhook.Format, chat.Webhook!.Format, chat.Webhook.AllowsPrivate));
        Assert.Equal("https://crm.example", crm.Webhook.ToString());
    }

    [Theory]
    [InlineData("""{"name": "CRM", "type": "webhook", "url": "https://crm.example/"}""", "events.sinks.0.name: 'CRM' is no name of a sink; use 1 to 32 lower-case letters, digits and hyphens, the first a letter.")]
    [InlineData("""{"name": "crm", "type": "fax"}""", "events.sinks.0.type: 'fax' is none of these; use webhook, slack, teams, stream, kafka, mail.")]
    [InlineData("""{"name": "crm", "type": "webhook"}""", "events.sinks.0.url: it is missing; name the address that events are posted to.")]
    [InlineData("""{"name": "crm", "type": "webhook", "url": "ftp://crm.example/"}""", "events.sinks.0.url: it is no http or https address without a name and password in it, for example https://example.com/hooks.")]
    [InlineData("""{"name": "crm", "type": "webhook", "url": "http://crm.example/"}""", "events.sinks.0.url: events leave this machine over https alone; use https, or allowPrivate: true for an address of a private network.")]
    [InlineData("""{"name": "crm", "type": "webhook", "url": "https://169.254.169.254/"}""", "events.sinks.0.url: 169.254.169.254 is no public address; where it is meant, set allowPrivate: true.")]
    [InlineData("""{"name": "crm", "type": "webhook", "url": "https://crm.example/", "secrets": ["hunter2"]}""", "events.sinks.0.secrets: one of them is no secret; use whsec_ and 24 to 64 random bytes in base64, for example whsec_$(openssl rand -base64 32).")]
    [InlineData("""{"name": "crm", "type": "webhook", "url": "https://crm.example/", "topics": ["everything"]}""", "events.sinks.0.topics: 'everything' is not valid; use customer.requests, agent.actions, human.approvals, system.analytics, notifications.outbound.")]
    [InlineData("""{"name": "crm", "type": "webhook", "url": "https://crm.example/", "stream": "s"}""", "events.sinks.0: stream and maxLength are for the type stream; leave them out.")]
    [InlineData("""{"name": "log", "type": "stream"}""", "events.sinks.0.type: a stream is one of Redis, and the store is not; use persistence.backend: redis, or another type.")]
    [InlineData("""{"name": "crm", "type": "webhook", "url": "https://crm.example/", "retries": 3}""", "events.sinks.0.retries: there is no such key; docs/configuration.md lists them all.")]
    public void What_is_wrong_with_a_sink_is_told(string sink, string violation)
    {
        var violations = Read($$$"""{"events": {"sinks": [{{{sink}}}]}}""").Violations;

        Assert.Equal(violation, Assert.Single(violations));
        Assert.DoesNotContain("hunter2", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_sinks_have_two_names() => Assert.Equal(
        "events.sinks.1.name: there is another sink 'crm'; give each a name of its own.",
        Assert.Single(Read("""{"events": {"sinks": [{"name": "crm", "type": "slack", "url": "https://a.example/"}, {"name": "crm", "type": "slack", "url": "https://b.example/"}]}}""").Violations));

    public void Dispose() => _directory.Dispose();

    private (ServerOptions? Options, IReadOnlyList<string> Violations) Read(string json) =>
        OptionsReader.Read(OptionsSources.Read(_directory.File("config.json", $$$"""{"mcp": {{{json}}} }"""), new Hashtable(), new Dictionary<string, string?>()), null);
}
