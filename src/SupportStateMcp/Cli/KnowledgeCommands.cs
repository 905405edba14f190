using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>knowledge import|search|show</c>: the articles that agents find answers in.</summary>
internal static class KnowledgeCommands
{
    private const string MoreOfImport = """
        SOURCE is a file with an article as JSON on each line, {"id", "title", "content", "tags", "status"}, or a folder of Markdown
        files, each of which may begin with its id, title, tags and status between two lines of ---. Content is Markdown; tags and
        status may be left out. What you import is published, unless it or --status says otherwise.

        Where anything is wrong, all of it is told with its line, and nothing is written. The same import again changes nothing.

        Examples:
          SupportStateMcp knowledge import articles.jsonl
          SupportStateMcp knowledge import docs/support --status draft
        """;

    private const string MoreOfSearch = """
        As query_knowledge_base does it for an agent: published articles alone, the best first, with the section that fits best.

        Examples:
          SupportStateMcp knowledge search "sidecar does not start"
          SupportStateMcp knowledge search "certificate expired" --tag mtls --limit 3
        """;

    private const string MoreOfShow = """
        Examples:
          SupportStateMcp knowledge show sidecar-not-starting
          SupportStateMcp knowledge show sidecar-not-starting --section Solution
        """;

    public static Command Create() => new("knowledge", "Import, find and read the articles of the knowledge base.") { Import(), Search(), Show() };

    private static CliCommand Import()
    {
        var source = new Argument<string>("SOURCE") { Description = "A file of JSON lines, or a folder of Markdown files." };
        var status = new Option<string?>("--status") { Description = $"The status of those that say none: {CliArguments.NamesOf<ArticleStatus>()}. Default: published.", HelpName = "STATUS" };
        return new CliCommand("import", "Import articles.", MoreOfImport, typeof(ImportArticles), async (parsed, context, cancellationToken) =>
        {
            if (CliArguments.Read("--status", parsed.GetValue(status), out ArticleStatus? given) is { } unknown)
                return unknown;
            var read = await ArticleFiles.ReadAsync(parsed.GetRequiredValue(source), given ?? ArticleStatus.Published, cancellationToken);
            if (!read.TryGet(out var files, out var error))
                return error;

            var command = new ImportArticles { Actor = context.Caller.Actor, Roles = context.Caller.Roles, Articles = files.Articles };
            using var progress = new ImportProgress(context.Console, "articles", files.Articles.Count);
            var result = await context.Articles.ImportAsync(command, progress.Report, cancellationToken);
            if (!result.TryGet(out var imported, out error))
                return error;
            var view = new ImportView { Written = imported.Written, Unchanged = imported.Unchanged, IgnoredFields = files.Ignored.Count > 0 ? files.Ignored : null };
            return CommandOutput.Of(view, screen => screen.Say(Sentence(view)));
        }, createsStore: true)
        { source, status };
    }

    private static CliCommand Search()
    {
        var words = new Argument<string>("WORDS") { Description = "What to look for, in words." };
        var limit = new Option<int>("--limit") { Description = $"How many at most, 1 to {KnowledgeLimits.Results}.", HelpName = "N", DefaultValueFactory = _ => KnowledgeLimits.DefaultResults };
        var tags = new Option<string[]>("--tag") { Description = "Only articles with this tag; several times for several.", HelpName = "TAG" };
        return new CliCommand("search", "Find articles.", MoreOfSearch, null, async (parsed, context, cancellationToken) =>
        {
            var result = await context.Knowledge.QueryAsync([parsed.GetRequiredValue(words)], parsed.GetValue(limit), parsed.GetValue(tags) ?? [], cancellationToken);
            if (!result.TryGet(out var answers, out var error))
                return error;
            var view = KnowledgeAnswersView.Whole(answers);
            return CommandOutput.Of(view, screen => ShowFound(screen, view.Results[0].Articles));
        })
        { words, limit, tags };
    }

    private static CliCommand Show()
    {
        var id = new Argument<string>("ID") { Description = "The article, as search shows it." };
        var section = new Option<string?>("--section") { Description = "Only the section with this heading.", HelpName = "HEADING" };
        return new CliCommand("show", "Show an article.", MoreOfShow, null, async (parsed, context, cancellationToken) =>
        {
            var result = await context.Articles.ReadAsync(parsed.GetRequiredValue(id), parsed.GetValue(section), cancellationToken);
            if (!result.TryGet(out var read, out var error))
                return error;
            var view = ArticleView.Whole(read.Article, read.Section);
            return CommandOutput.Of(view, screen => ShowArticle(screen, view, context));
        })
        { id, section };
    }

    private static string Sentence(ImportView view) => string.Create(
        CultureInfo.InvariantCulture,
        $"{view.Written + view.Unchanged} articles: {view.Written} written, {view.Unchanged} were so already.{(view.IgnoredFields is { } fields ? $" These fields mean nothing here, and were left out: {string.Join(", ", fields)}." : "")}");

    private static void ShowFound(IAnsiConsole screen, IReadOnlyList<KnowledgeHitView> articles)
    {
        if (articles.Count == 0)
        {
            screen.Say("No published article has these words.");
            return;
        }

        foreach (var a in articles)
        {
            screen.Heading(a.Title);
            screen.Say(a.Heading is null ? a.ArticleId : $"{a.ArticleId}, section {a.Heading}");
            screen.Say(a.Excerpt);
            screen.WriteLine();
        }
    }

    private static void ShowArticle(IAnsiConsole screen, ArticleView article, CliContext context)
    {
        screen.Heading(article.Title);
        screen.Say(string.Create(CultureInfo.InvariantCulture, $"{article.ArticleId}, {SnakeCaseEnum.Of(article.Status)}, version {article.Version} of {context.Local(article.UpdatedAt)}, {article.UpdatedBy}"));
        if (article.Tags.Count > 0)
            screen.Say($"tags: {string.Join(", ", article.Tags)}");
        screen.WriteLine();
        screen.WriteLine(SafeText.Text(article.Content.TrimEnd()));
    }
}
