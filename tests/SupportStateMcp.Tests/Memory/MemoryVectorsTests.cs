using SupportStateMcp.Hosting;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Memory;

/// <summary>Memories are found by meaning, too, where embeddings are configured; the service is a real one over HTTP.</summary>
public sealed class MemoryVectorsTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_means_the_same_is_recalled_for_its_customer_alone_and_what_is_forgotten_leaves_no_vector()
    {
        await using var service = await EmbeddingServer.StartAsync();
        await using var desk = Desk(service);
        var password = await desk.RememberAsync("CUST001", "Has changed the password twice.");
        await desk.RememberAsync("CUST001", "Pays each invoice late.");
        await desk.RememberAsync("CUST002", "Has lost the credentials.");

        var recalled = await UntilFoundAsync(desk, "CUST001", "login");

        Assert.Equal((SearchMode.Hybrid, password.Memory.MemoryId), (recalled.Mode, recalled.Memories[0].MemoryId));
        Assert.All(recalled.Memories, m => Assert.Equal("CUST001", m.CustomerId));

        await desk.ForgetAsync(password.Memory.MemoryId);
        Assert.DoesNotContain("Has changed the password twice.", await desk.TextsAsync("CUST001", "login"));
        var left = (await desk.Records.ReadChangesAsync("memory_vectors", null, 10, Stop)).Changes.Where(c => c.Record is not null).Select(c => c.Id);
        Assert.DoesNotContain(password.Memory.MemoryId[..24], left);
    }

    [Fact]
    public async Task The_vector_of_a_text_stays_where_an_older_one_of_its_key_is_forgotten()
    {
        await using var service = await EmbeddingServer.StartAsync();
        await using var desk = Desk(service);
        var old = await desk.RememberAsync("CUST001", "Pays each invoice late.", key: "habit");
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        var password = await desk.RememberAsync("CUST001", "Has changed the password twice.", key: "habit");
        await UntilFoundAsync(desk, "CUST001", "login");
        var before = (await desk.Records.GetAsync("memory_vectors", password.Memory.MemoryId[..24], Stop))!;

        await desk.ForgetAsync(old.Memory.MemoryId);

        Assert.Equal(before.Version, (await desk.Records.GetAsync("memory_vectors", before.Id, Stop))!.Version);
        Assert.Equal(["Has changed the password twice."], await desk.TextsAsync("CUST001", "login"));
    }

    [Fact]
    public async Task Where_one_conversation_of_two_that_said_a_text_is_erased_no_vector_is_left_of_its_topics()
    {
        await using var service = await EmbeddingServer.StartAsync();
        await using var desk = Desk(service);
        var (first, second) = (await desk.OpenAsync("TKT-1", "CUST001", "A question.", "An answer."), await desk.OpenAsync("TKT-2", "CUST001", "A question.", "An answer."));
        var said = await desk.RememberAsync(null, "Wants a call.", MemoryKind.Preference, "contact", first, "zebra");
        await desk.RememberAsync(null, "Wants a call.", MemoryKind.Preference, "contact", second, "invoice");
        await UntilFoundAsync(desk, "CUST001", "savanna");
        Assert.True((await VectorAsync(desk, said))![0] > 0.9);

        await desk.DoAsync(TestConversations.Erase(first));
        await desk.Work.WhenDoneAsync();

        Assert.False(await VectorAsync(desk, said) is [> 0.1f, ..]);
        await UntilVectorAsync(desk, said, v => v is [< 0.1f, _, > 0.9f, ..]);
    }

    [Fact]
    public async Task Vectors_that_are_made_while_their_text_is_forgotten_make_room_for_those_of_the_text_that_is_left()
    {
        await using var service = await EmbeddingServer.StartAsync();
        await using var desk = Desk(service);
        await desk.RememberAsync("CUST001", "Pays each invoice late.", key: "habit");
        await UntilFoundAsync(desk, "CUST001", "login");
        using var asked = new SemaphoreSlim(0);
        using var forgotten = new SemaphoreSlim(0);
        service.Refuses = text =>
        {
            if (text.Contains("stripes", StringComparison.Ordinal))
            {
                asked.Release();
                forgotten.Wait(Stop);
            }

            return false;
        };
        desk.Time.Advance(TimeSpan.FromMinutes(1));
        var stripes = await desk.RememberAsync("CUST001", "Draws stripes on each of them.", key: "habit");
        await asked.WaitAsync(Stop);

        await desk.ForgetAsync(stripes.Memory.MemoryId);
        forgotten.Release(1_000);

        await UntilVectorAsync(desk, stripes, v => v is [< 0.1f, _, > 0.9f, ..]);
    }

    [Fact]
    public async Task Where_the_service_does_not_answer_words_are_enough()
    {
        await using var service = await EmbeddingServer.StartAsync();
        service.Status = 500;
        await using var desk = Desk(service);
        await desk.RememberAsync("CUST001", "Has changed the password twice.");

        var recalled = (await desk.Memory.RecallAsync(MemoryDesk.Bot, "CUST001", "password", [], 5, null, Stop)).Value;

        Assert.Equal((SearchMode.Keyword, 1), (recalled.Mode, recalled.Memories.Count));
    }

    private MemoryDesk Desk(EmbeddingServer service) => new(
        new ServerOptions
        {
            Backend = Backend.Sqlite, Directory = _folder.Path, Embeddings = new EmbeddingOptions { Endpoint = service.Endpoint, Model = "small", ApiKey = "none" },
        },
        new FakeTime());

    /// <summary>The vector of a memory's record; null where it has none.</summary>
    private static async Task<float[]?> VectorAsync(MemoryDesk desk, Remembered memory) =>
        await desk.Records.GetAsync("memory_vectors", memory.Memory.MemoryId[..24], Stop) is { } record ? Assert.Single(ArticleVectors.Read(record).Vectors()) : null;

    /// <summary>Searches again and again, since vectors are made from the first search on.</summary>
    private static Task UntilVectorAsync(MemoryDesk desk, Remembered memory, Func<float[]?, bool> isMet) => Eventually.TrueAsync(
        async () =>
        {
            desk.Time.Advance(TimeSpan.FromMinutes(1));
            await desk.RecallAsync("CUST001", "login");
            return isMet(await VectorAsync(desk, memory));
        },
        () => "The vector is not of the text that is left.");

    private static async Task<Recalled> UntilFoundAsync(MemoryDesk desk, string customer, string query)
    {
        Recalled recalled = null!;
        await Eventually.TrueAsync(
            async () =>
            {
                recalled = (await desk.Memory.RecallAsync(MemoryDesk.Bot, customer, query, [], 5, null, Stop)).Value;
                // A busy machine took longer than a search waits: the next one asks the service again.
                if (recalled.Mode == SearchMode.Keyword)
                    desk.Time.Advance(TimeSpan.FromMinutes(1));
                return recalled.Memories.Count > 0;
            },
            () => "No vectors were made.");
        return recalled;
    }
}
