using System.Diagnostics;
using Microsoft.Extensions.AI;
using SupportStateMcp.Hosting;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Memory;

/// <summary>Memories are found by meaning with the model in the process: the real one, loaded from the folder of plug-ins.</summary>
public sealed class LocalEmbeddingsTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>What is remembered of one customer, and how somebody asks for it who does not know the words.</summary>
    private static readonly (string Memory, string Query)[] s_pairs =
    [
        ("Cannot sign in since the phone was replaced.", "login fails"),
        ("Wants to be called after five in the afternoon.", "best time for telephone contact"),
        ("Moved to Lyon in spring.", "current place of residence"),
        ("Invoices go to the bookkeeper, Mrs. Keller.", "who pays the bills"),
        ("The laptop gets hot and shuts down under load.", "computer overheating"),
        ("Has a dog that is afraid of delivery people.", "pets at home"),
        ("Is deaf in one ear and prefers e-mail.", "hearing impairment"),
        ("Asked for the money back for the broken kettle.", "refund for a defective appliance"),
        ("Threatened to switch to a competitor.", "risk of cancellation"),
        ("Runs PostgreSQL on Kubernetes in Frankfurt.", "where is the database hosted"),
        ("Pays by card; the last one was declined.", "payment problems"),
        ("Speaks French at home and English at work.", "preferred languages"),
    ];

    /// <summary>Each search that takes too long, as one may that loads the model, is followed by a rest of 30 seconds: time for several of them.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_words_do_not_find_is_recalled_by_meaning()
    {
        await using var words = new MemoryDesk(new ServerOptions { Backend = Backend.Sqlite, Directory = _folder.Path }, new FakeTime());
        await using var meaning = new MemoryDesk(LocalModel.Options(("memory:embeddings", "local"), ("persistence:directory", _folder.Path)), new FakeTime());
        foreach (var (memory, _) in s_pairs)
            await words.RememberAsync("CUST001", memory);
        await words.RememberAsync("CUST002", "The login fails on every device.");

        var (byWords, byMeaning, amongThree) = (0, 0, 0);
        await UntilAllHaveVectorsAsync(meaning);
        foreach (var (memory, query) in s_pairs)
        {
            byWords += await words.TextsAsync("CUST001", query) is [var first, ..] && first == memory ? 1 : 0;
            var found = (await ByMeaningAsync(meaning, query)).Select(m => m.Text).ToList();
            byMeaning += found[0] == memory ? 1 : 0;
            amongThree += found.Take(3).Contains(memory) ? 1 : 0;
            output.WriteLine($"{query} → {found[0]}");
        }

        output.WriteLine($"of {s_pairs.Length}: first by words {byWords}, by meaning {byMeaning}; among three {amongThree}");
        Assert.Empty(await words.RecallAsync("CUST001", "login fails"));
        Assert.Equal(s_pairs[0].Memory, (await ByMeaningAsync(meaning, "login fails"))[0].Text);
        Assert.InRange(byWords, 0, 1);
        // Measured: 8 and 12.
        Assert.True(byMeaning >= 7 && amongThree >= 10, $"first {byMeaning}, among three {amongThree}");
        Assert.All(await ByMeaningAsync(meaning, "login fails"), m => Assert.Equal("CUST001", m.CustomerId));
    }

    [Fact]
    public async Task A_server_process_makes_the_same_vectors_and_finds_by_them()
    {
        await using var server = ServerProcess.PortableStdio(
            new Dictionary<string, string> { ["SUPPORTSTATE__MEMORY__EMBEDDINGS"] = "local" }, "--toolsets", "memory");
        await using (var client = await ConnectedServer.ConnectAsync(server, "tests"))
        {
            foreach (var (memory, _) in s_pairs.Take(3))
                await ConnectedServer.CallAsync(client, "remember", $$"""{"customer_id":"CUST001","kind":"fact","text":"{{memory}}"}""");
            var started = Stopwatch.GetTimestamp();
            while (true)
            {
                var found = (await ConnectedServer.CallAsync(client, "recall", """{"customer_id":"CUST001","query":"login fails"}""")).StructuredContent!.Value;
                if (found.GetProperty("memories").GetArrayLength() == 3)
                {
                    Assert.Equal("hybrid", found.GetProperty("mode").GetString());
                    Assert.Contains(s_pairs[0].Memory, found.GetProperty("memories")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
                    break;
                }

                Assert.True(Stopwatch.GetElapsedTime(started) < s_patience, server.Errors);
                await Task.Delay(20, Stop);
            }
        }

        await using var here = new MemoryDesk(LocalModel.Options(("memory:embeddings", "local"), ("persistence:directory", server.Directory)), new FakeTime());
        var stored = (await here.Records.ReadChangesAsync("memory_vectors", null, 10, Stop)).Changes.Select(c => ArticleVectors.Read(c.Record!)).ToList();
        Assert.All(stored, v => Assert.Equal("all-MiniLM-L6-v2", v.Model));
        var made = await LocalModel.Generator().GenerateAsync(s_pairs.Take(3).Select(p => p.Memory), cancellationToken: Stop);
        Assert.Equal(
            made.Select(v => ArticleVectors.Write("all-MiniLM-L6-v2", 1, [v.Vector.ToArray()])).Select(Convert.ToHexString).Order(),
            stored.Select(v => ArticleVectors.Write("all-MiniLM-L6-v2", 1, v.Vectors())).Select(Convert.ToHexString).Order());
    }

    [Fact]
    public async Task A_vector_is_that_of_its_text_whatever_is_asked_beside_it()
    {
        using var generator = LocalModel.Generator();
        string[] texts = ["Cannot sign in.", "The login fails.", "Likes dogs.", "", string.Concat(Enumerable.Repeat("late invoice ", 400))];

        var alone = await Task.WhenAll(texts.Select(t => generator.GenerateVectorAsync(t, cancellationToken: Stop)));
        var together = await generator.GenerateAsync(texts, cancellationToken: Stop);

        Assert.Equal(alone.Select(v => v.ToArray()), together.Select(e => e.Vector.ToArray()));
        Assert.All(alone, v => Assert.Equal(384, v.Length));
        Assert.All(alone, v => Assert.Equal(1, LocalModel.Nearness(v.ToArray(), v.ToArray()), 5));
        Assert.True(Nearness(0, 1) > 0.5 && Nearness(0, 2) < 0.3, $"{Nearness(0, 1)} and {Nearness(0, 2)}");

        double Nearness(int a, int b) => LocalModel.Nearness(alone[a].ToArray(), alone[b].ToArray());
    }

    [Theory]
    [InlineData("the café in Malmö", "the cafe in Malmo")]
    [InlineData("CAFÉ", "café")]
    [InlineData("cafe\u0301", "café")]
    [InlineData("Trần Văn Đức", "Tran Van Đức")]
    public async Task Accents_and_case_make_no_difference(string one, string other)
    {
        using var generator = LocalModel.Generator();

        var made = await generator.GenerateAsync([one, other, "an invoice"], cancellationToken: Stop);

        Assert.Equal(made[0].Vector.ToArray(), made[1].Vector.ToArray());
        Assert.NotEqual(made[0].Vector.ToArray(), made[2].Vector.ToArray());
    }

    [Fact]
    public async Task Who_gives_up_waits_no_longer()
    {
        using var generator = LocalModel.Generator();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(["a", "b"], cancellationToken: stop.Token));
    }

    /// <summary>Vectors are made in the background, from the first search on.</summary>
    private static async Task UntilAllHaveVectorsAsync(MemoryDesk desk)
    {
        var started = Stopwatch.GetTimestamp();
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < s_patience, "No vectors were made.");
            await ByMeaningAsync(desk, "login fails");
            await Task.Delay(20, Stop);
        }
        while ((await desk.Records.ReadChangesAsync("memory_vectors", null, 100, Stop)).Changes.Count <= s_pairs.Length);
    }

    /// <summary>Asks again where a busy machine took longer than a search waits.</summary>
    private static async Task<IReadOnlyList<MemoryItem>> ByMeaningAsync(MemoryDesk desk, string query)
    {
        for (var tries = 0; ; tries++)
        {
            var recalled = (await desk.Memory.RecallAsync(MemoryDesk.Bot, "CUST001", query, [], 5, null, Stop)).Value;
            if (recalled.Mode == SearchMode.Hybrid)
                return recalled.Memories;
            Assert.True(tries < 10, "No search was by meaning.");
            desk.Time.Advance(TimeSpan.FromMinutes(1));
        }
    }
}
