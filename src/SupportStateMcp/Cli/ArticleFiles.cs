using System.Globalization;
using System.Text;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Cli;

/// <summary>What files hold of articles.</summary>
/// <param name="Articles">The articles.</param>
/// <param name="Ignored">The fields that mean nothing here.</param>
internal sealed record ArticleFiles(IReadOnlyList<ArticleInput> Articles, IReadOnlyList<string> Ignored)
{
    /// <summary>The most articles of one import.</summary>
    private const int MostArticles = 200_000;

    /// <summary>How many faults are told at once.</summary>
    private const int MostFaults = 20;

    /// <summary>Longer than any article is as JSON, escapes and all.</summary>
    private const long LongestFile = 1 << 20;

    private const string Argument = "SOURCE";

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 16, AllowDuplicateProperties = false };
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file with an article as JSON on each line, or a folder of Markdown files. Where anything is wrong, all of it is told, and nothing is read.</summary>
    public static async ValueTask<Result<ArticleFiles>> ReadAsync(string path, ArticleStatus status, CancellationToken cancellationToken)
    {
        var reading = new Reading(status);
        try
        {
            if (Directory.Exists(path))
                await ReadFolderAsync(path, reading, cancellationToken);
            else if (File.Exists(path))
                await ReadLinesAsync(path, reading, cancellationToken);
            else
                return Error.InvalidArgument(Argument, "it is a file with an article as JSON on each line, or a folder of Markdown files; there is neither");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Error.InvalidArgument(Argument, $"it can be read: {e.Message}");
        }
        catch (DecoderFallbackException)
        {
            return Error.InvalidArgument(Argument, "it is UTF-8 text");
        }

        return reading.Result();
    }

    private static async ValueTask ReadLinesAsync(string path, Reading reading, CancellationToken cancellationToken)
    {
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(path, s_utf8, cancellationToken))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                reading.Line(string.Create(CultureInfo.InvariantCulture, $"line {number}"), line);
        }
    }

    private static async ValueTask ReadFolderAsync(string folder, Reading reading, CancellationToken cancellationToken)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles("*.md", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            // An import is whole: what cannot be read is told, and README.MD is a file of Markdown everywhere.
            IgnoreInaccessible = false,
            MatchCasing = MatchCasing.CaseInsensitive,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        });
        foreach (var file in files.OrderBy(f => f.FullName, StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(folder, file.FullName).Replace('\\', '/');
            if (file.Length > LongestFile)
                reading.Fault(name, "it is longer than any article");
            else
                reading.Add(name, MarkdownArticle.Read(await File.ReadAllTextAsync(file.FullName, s_utf8, cancellationToken), name[..^".md".Length].Replace(' ', '-'), reading.Status));
        }
    }

    /// <summary>What was read so far, and what is wrong with it.</summary>
    private sealed class Reading(ArticleStatus status)
    {
        private readonly List<ArticleInput> _articles = [];
        private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _ignored = new(StringComparer.Ordinal);
        private readonly List<string> _faults = [];

        public ArticleStatus Status => status;

        public void Fault(string place, string rule) => _faults.Add($"{place}: {rule}");

        public void Line(string place, string line)
        {
            try
            {
                Add(place, Article(JsonElement.Parse(line, s_json)));
            }
            catch (JsonException)
            {
                Fault(place, "it is no JSON object");
            }
            catch (InvalidOperationException)
            {
                // Half of a surrogate pair, as an escape.
                Fault(place, "its texts have whole characters only");
            }
        }

        public void Add(string place, Result<ArticleInput> read)
        {
            if (!read.TryGet(out var article, out var error))
                Fault(place, $"{error.Facts["argument"]}: {error.Facts["rule"]}");
            else if (!_places.TryAdd(article.ArticleId, place))
                Fault(place, $"the id {article.ArticleId} stands at {_places[article.ArticleId]} already");
            else
                _articles.Add(article);
        }

        public Result<ArticleFiles> Result()
        {
            if (_faults.Count > 0)
            {
                var more = _faults.Count > MostFaults ? string.Create(CultureInfo.InvariantCulture, $"\n  and {_faults.Count - MostFaults} more") : "";
                return Error.InvalidArgument(Argument, $"correct each of these first; nothing was written\n  {string.Join("\n  ", _faults.Take(MostFaults))}{more}");
            }

            return _articles.Count switch
            {
                0 => Error.InvalidArgument(Argument, "it has at least one article: a line of JSON, or a file that ends in .md"),
                > MostArticles => Error.InvalidArgument(Argument, string.Create(CultureInfo.InvariantCulture, $"it has at most {MostArticles} articles")),
                _ => new ArticleFiles(_articles, [.. _ignored]),
            };
        }

        private Result<ArticleInput> Article(JsonElement line)
        {
            if (line.ValueKind != JsonValueKind.Object)
                throw new JsonException();
            string? id = null, title = null, content = null;
            var (tags, given) = ((IReadOnlyList<string>)[], status);
            foreach (var field in line.EnumerateObject())
            {
                switch (field.Name)
                {
                    case "id" or "article_id" when field.Value.ValueKind == JsonValueKind.String && id is null:
                        id = field.Value.GetString();
                        break;
                    case "id" or "article_id":
                        return Error.InvalidArgument(field.Name, "it is a text, and stands there once, as id or as article_id");
                    case "title" when field.Value.ValueKind == JsonValueKind.String:
                        title = field.Value.GetString();
                        break;
                    case "content" when field.Value.ValueKind == JsonValueKind.String:
                        content = field.Value.GetString();
                        break;
                    case "tags" when field.Value.ValueKind == JsonValueKind.Array && field.Value.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String):
                        tags = [.. field.Value.EnumerateArray().Select(t => t.GetString()!)];
                        break;
                    case "status" when field.Value.ValueKind == JsonValueKind.String && SnakeCaseEnum.Parse<ArticleStatus>(field.Value.GetString()) is { } said:
                        given = said;
                        break;
                    case "tags" or "status" when field.Value.ValueKind == JsonValueKind.Null:
                        break;
                    case "title" or "content":
                        return Error.InvalidArgument(field.Name, "it is a text");
                    case "tags":
                        return Error.InvalidArgument(field.Name, "it is a list of texts");
                    case "status":
                        return Error.InvalidArgument(field.Name, "it is draft, published or archived");
                    default:
                        _ignored.Add(field.Name);
                        break;
                }
            }

            if ((id, title, content) is not ({ } i, { } t, { } c))
                return Error.InvalidArgument(id is null ? "id" : title is null ? "title" : "content", "it is there");
            var article = new ArticleInput { ArticleId = i, Title = t, Content = c, Tags = tags, Status = given };
            return article.Violation() is { } violation ? violation : article;
        }
    }
}
