using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Knowledge;

public class KnowledgeSampleDataTests
{
    [Fact]
    public void There_are_at_least_fifteen_articles_with_steps_in_them()
    {
        var articles = KnowledgeSampleData.Articles;

        Assert.True(articles.Count >= 15);
        Assert.All(articles, a =>
        {
            Assert.Null(a.Violation());
            Assert.Equal(ArticleStatus.Published, a.Status);
            Assert.NotEmpty(a.Tags);
            Assert.InRange(a.Content.Length, 600, 2_500);
            var steps = MarkdownSections.Find(a.Content, "Solution") ?? MarkdownSections.Find(a.Content, "Steps");
            Assert.Matches(@"(?m)^1\. .+(?s:.*)^5\. ", steps);
        });
    }

    [Theory]
    [InlineData("My pod has only one container, the sidecar is missing.", "sidecar-not-starting")]
    [InlineData("daprd says it waits on port 3000 and the pod stays 1/2", "app-port-wrong")]
    [InlineData("We get ERR_STATE_STORE_NOT_FOUND although the component was applied", "component-not-loaded")]
    [InlineData("x509: certificate has expired or is not yet valid", "mtls-certificates-expired")]
    [InlineData("Calls into another namespace fail with PermissionDenied", "mtls-between-namespaces")]
    [InlineData("After the upgrade some pods still run the old sidecar version", "control-plane-version-skew")]
    [InlineData("failed to invoke, id: orders, ERR_DIRECT_INVOKE", "service-invocation-errors")]
    [InlineData("subscriber never gets the messages that we publish", "pubsub-messages-not-delivered")]
    [InlineData("did not find address for actor", "actors-placement")]
    [InlineData("container is OOMKilled under load", "sidecar-memory-limit")]
    public async Task What_a_customer_says_finds_the_article(string said, string article)
    {
        using var folder = new StoreFolder();
        var knowledge = folder.CreateKnowledge();
        await knowledge.ImportAsync(KnowledgeSampleData.Articles);

        Assert.Equal(article, (await knowledge.IdsAsync(said))[0]);
    }
}
