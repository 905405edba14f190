using System.Diagnostics;
using System.Runtime.Versioning;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>knowledge import|search|show</c>.</summary>
public sealed class KnowledgeTests(SharedRedis redis) : IDisposable
{
    private readonly CliPlace _place = new();
    private readonly TemporaryDirectory _files = new();

    public void Dispose()
    {
        _place.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Lines_of_JSON_are_imported_and_found_and_shown()
    {
        var file = _files.File("articles.jsonl", """
            {"id": "a", "title": "Zebras", "content": "# What\nStripes.\n## Solution\n1. Look for a zebra.", "tags": ["Animals"], "origin": "wiki"}

            {"article_id": "b", "title": "Lions", "content": "A lion is no zebra.", "status": "draft"}
            """);

        var imported = await _place.RunAsync("knowledge", "import", file);
        var again = await _place.JsonAsync("knowledge", "import", file);
        var found = await _place.RunAsync("knowledge", "search", "look for a zebra");
        var shown = await _place.RunAsync("knowledge", "show", "a", "--section", "solution");

        Assert.Equal((0, "2 articles: 2 written, 0 were so already. These fields mean nothing here, and were left out: origin.\n", ""), imported);
        Assert.Equal("""{"written":0,"unchanged":2,"ignored_fields":["origin"]}""", again.GetRawText());
        Assert.Equal((0, ""), (found.ExitCode, found.Errors));
        Assert.Equal("Zebras\na, section Solution\n«1. Look for a zebra.»\n\n", found.Output);
        Assert.Equal($"Zebras\na, published, version 1 of {_place.Time.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC, human:{Environment.UserName}\ntags: animals\n\n## Solution\n1. Look for a zebra.\n", shown.Output);
        Assert.Equal("draft", (await _place.JsonAsync("knowledge", "show", "b")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_folder_of_Markdown_files_is_imported()
    {
        Directory.CreateDirectory(Path.Combine(_files.Path, "more", ".git"));
        _files.File("one.md", "---\nid: first\ntags: x, y\n---\n# The first\nA zebra.");
        _files.File("more/two words.md", "No heading, a zebra.");
        _files.File("more/.hidden.md", "A zebra.");
        _files.File("notes.txt", "A zebra.");

        var imported = await _place.JsonAsync("knowledge", "import", _files.Path, "--status", "draft");
        await _place.JsonAsync("knowledge", "import", _files.Path);
        var found = await _place.JsonAsync("knowledge", "search", "zebra", "--tag", "x");

        Assert.Equal(2, imported.GetProperty("written").GetInt32());
        var article = Assert.Single(found.GetProperty("results")[0].GetProperty("articles").EnumerateArray());
        Assert.Equal(("first", "The first"), (article.GetProperty("article_id").GetString(), article.GetProperty("title").GetString()));
        Assert.Equal("more/two-words", (await _place.JsonAsync("knowledge", "show", "more/two-words")).GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_Markdown_file_is_one_however_its_ending_is_written()
    {
        _files.File("README.MD", "A zebra.");

        Assert.Equal(1, (await _place.JsonAsync("knowledge", "import", _files.Path)).GetProperty("written").GetInt32());
        Assert.Equal("README", (await _place.JsonAsync("knowledge", "show", "README")).GetProperty("title").GetString());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_folder_of_which_a_part_cannot_be_read_is_not_imported_without_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Who may read a folder is said in another way here.");
        _files.File("one.md", "A zebra.");
        var closed = Directory.CreateDirectory(Path.Combine(_files.Path, "closed"), UnixFileMode.None).FullName;
        try
        {
            // Root reads everything, unless that right is taken away.
            string[] program = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", TestedProgram.Command] : [TestedProgram.Command];
            var start = TestedProgram.Start(program[0], [.. program[1..], .. _place.Arguments, "knowledge", "import", _files.Path]);
            start.RedirectStandardError = true;
            using var import = Process.Start(start)!;
            var errors = await import.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await import.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(1, import.ExitCode);
            Assert.StartsWith("Invalid argument SOURCE: it can be read: ", errors, StringComparison.Ordinal);
            Assert.Contains(closed, errors, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Where_a_line_is_bad_all_that_are_bad_are_told_and_nothing_is_written()
    {
        await _place.JsonAsync("open", "TKT-1", "--user", "maria");
        var file = _files.File("articles.jsonl", """
            {"id": "a", "title": "Good", "content": "zebra"}
            {"id": "b", "title": "No content"}
            not JSON
            {"id": "a", "title": "Again", "content": "x"}
            {"id": "c", "title": "Status", "content": "x", "status": "live"}
            {"id": "d", "title": "Tags", "content": "x", "tags": "one"}
            {"id": "e f", "title": "Space", "content": "x"}
            ["list"]
            {"id": "g", "article_id": "h", "title": "Two", "content": "x"}
            {"id": "i", "title": "\ud800", "content": "x"}
            """);

        var message = (await _place.RefusalAsync("knowledge", "import", file)).GetProperty("message").GetString()!;

        string[] told = ["line 2: content", "line 3: it is no JSON object", "line 4: the id a stands at line 1 already", "line 5: status", "line 6: tags", "line 7: article_id", "line 8: it is no JSON object", "line 9: article_id", "line 10: "];
        var lines = message.Split('\n').Skip(1).Select(l => l.Trim()).ToList();
        Assert.Equal(told.Length, lines.Count);
        Assert.All(told.Zip(lines), l => Assert.StartsWith(l.First, l.Second, StringComparison.Ordinal));
        Assert.Equal("article_not_found", (await _place.RefusalAsync("knowledge", "show", "a")).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("missing.jsonl")]
    [InlineData("empty.jsonl")]
    [InlineData("latin1.jsonl")]
    [InlineData("empty")]
    public async Task What_holds_no_articles_is_told_so(string name)
    {
        Directory.CreateDirectory(Path.Combine(_files.Path, "empty"));
        _files.File("empty.jsonl", "\n\n");
        await File.WriteAllBytesAsync(Path.Combine(_files.Path, "latin1.jsonl"), [.. "{\"id\":\""u8, 0xE4, .. "\"}"u8], TestContext.Current.CancellationToken);

        Assert.Equal("SOURCE", (await _place.RefusalAsync("knowledge", "import", Path.Combine(_files.Path, name))).GetProperty("argument").GetString());
    }

    [Fact]
    public async Task An_auditor_imports_nothing() => Assert.Equal(
        "not_authorized",
        (await _place.RefusalAsync("knowledge", "import", _files.File("a.jsonl", """{"id":"a","title":"t","content":"c"}"""), "--roles", "auditor")).GetProperty("code").GetString());

    [Fact]
    public async Task It_works_on_Redis_as_well()
    {
        using var place = new CliPlace(await redis.ServerAsync());
        await place.JsonAsync("knowledge", "import", _files.File("a.jsonl", """{"id":"a","title":"Zebras","content":"Stripes."}"""));

        Assert.Equal("a", (await place.JsonAsync("knowledge", "search", "zebra")).GetProperty("results")[0].GetProperty("articles")[0].GetProperty("article_id").GetString());
    }

    [Fact]
    public async Task The_real_knowledge_base_imports()
    {
        var imported = await _place.JsonAsync("knowledge", "import", SharedData.Path("knowledge-base.jsonl"));

        Assert.Equal(698, imported.GetProperty("written").GetInt32());
        Assert.False(imported.TryGetProperty("ignored_fields", out _));
    }

    [Theory]
    [InlineData("import", "SupportStateMcp knowledge import articles.jsonl", "--status <STATUS>", "Requires: role:agent;")]
    [InlineData("search", "published articles alone", "--tag <TAG>")]
    [InlineData("show", "SupportStateMcp knowledge show sidecar-not-starting --section Solution", "--section <HEADING>")]
    public async Task Help_teaches(string command, params string[] told)
    {
        var (exitCode, output, errors) = await _place.RunAsync("knowledge", command, "--help");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.All([.. told, "--as <human:ID>", "--json"], words => Assert.Contains(words, output, StringComparison.Ordinal));
    }
}
