using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Files;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Files;

public sealed class FileErasureTests : IDisposable
{
    private static readonly ConversationId Id = TestConversations.Id();

    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Journal => _folder.JournalOf(Id);

    [Fact]
    public async Task After_an_erasure_no_byte_of_the_content_is_left_in_the_folder()
    {
        var store = _folder.CreateStore();
        await FillAsync(store);
        Assert.True(FolderHolds("secret"));

        await WriteAsync(store, TestConversations.Erase());

        Assert.False(FolderHolds("secret"));
        Assert.Equal(205, (await store.ReadEventsAsync(Id, 0, 1000, Stop)).Count);
    }

    [Fact]
    public async Task An_erasure_killed_before_its_rewrite_holds_at_once_for_every_reader()
    {
        await KillBeforeRewriteAsync();
        Assert.True(FolderHolds("secret"));

        var store = _folder.CreateStore();

        var loaded = await store.LoadAsync(Id, "message:m-1", Stop);
        Assert.NotNull(loaded.Conversation!.ErasedAt);
        Assert.Null(loaded.IdempotencyRecord);
        Assert.Empty(await store.ReadMessagesAsync(Id, long.MaxValue, 100, Stop));
        Assert.Empty((await store.ListAsync(new(), null, 10, Stop)).Conversations);
        var events = await store.ReadEventsAsync(Id, 0, 1000, Stop);
        Assert.DoesNotContain("secret", string.Concat(events.Select(e => TestConversations.Json(e).ToJsonString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_erasure_killed_before_its_rewrite_is_finished_by_the_sweep()
    {
        var tombstone = await KillBeforeRewriteAsync();

        Assert.Equal(0, await _folder.CreateStore().SweepAsync(Stop));

        Assert.False(FolderHolds("secret"));
        TestConversations.AssertSame(tombstone, (await _folder.CreateStore().LoadAsync(Id, null, Stop)).Conversation);
    }

    [Fact]
    public async Task An_erasure_killed_before_its_rewrite_is_finished_by_the_next_write()
    {
        await KillBeforeRewriteAsync();

        await WriteAsync(_folder.CreateStore(), TestConversations.Initialize(userId: "after"));

        Assert.False(FolderHolds("secret"));
        var store = _folder.CreateStore();
        Assert.Equal("after", (await store.LoadAsync(Id, null, Stop)).Conversation!.UserId);
        Assert.Equal(207, (await store.ReadEventsAsync(Id, 0, 1000, Stop)).Count);
    }

    [Fact]
    public async Task An_erasure_killed_within_its_rewrite_is_finished_by_the_sweep()
    {
        await KillBeforeRewriteAsync();
        await File.WriteAllTextAsync(Journal + ".tmp", "half a draft", Stop);

        await _folder.CreateStore().SweepAsync(Stop);

        Assert.False(FolderHolds("secret"));
        Assert.Equal([Journal], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_draft_left_by_a_killed_rewrite_is_swept()
    {
        var store = _folder.CreateStore();
        await WriteAsync(store, TestConversations.Initialize());
        await File.WriteAllTextAsync(Journal + ".tmp", "a draft", Stop);

        Assert.Equal(0, await store.SweepAsync(Stop));

        Assert.Equal([Journal], Directory.GetFiles(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Leaves the folder as a process does that is killed right after the erasure was written.</summary>
    private async Task<Conversation> KillBeforeRewriteAsync()
    {
        var store = _folder.CreateStore();
        await FillAsync(store);
        var before = await File.ReadAllBytesAsync(Journal, Stop);
        var tombstone = await WriteAsync(store, TestConversations.Erase());
        // The line of the erasure as it was appended, made again behind what stood before.
        var erased = (await store.ReadEventsAsync(Id, tombstone.Version - 1, 1, Stop))[0];
        var line = SupportStateMcp.Storage.Files.JournalLine.Of(new()
        {
            Schema = 1,
            ExpiresAt = _folder.Time.GetUtcNow().AddDays(1),
            Events = [System.Text.Json.JsonSerializer.SerializeToElement(erased, ConversationJson.Readable.ConversationEvent)],
        });
        await File.WriteAllBytesAsync(Journal, [.. before, .. line], Stop);
        return tombstone;
    }

    private async Task FillAsync(IConversationStore store)
    {
        await WriteAsync(store, TestConversations.Initialize(userId: "secret-user", description: "secret words", metadata: """{"a":"secret"}"""));
        await WriteAsync(store, TestConversations.Update("""{"b":"secret"}"""));
        for (var i = 1; i <= 200; i++)
            await WriteAsync(store, TestConversations.Message($"m-{i}", "secret content", metadata: """{"c":"secret"}"""));
        await WriteAsync(store, TestConversations.Transition("processing"));
    }

    private bool FolderHolds(string text) => Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)
        .Any(file => File.ReadAllText(file).Contains(text, StringComparison.Ordinal));

    private async Task<Conversation> WriteAsync(IConversationStore store, ConversationCommand command)
    {
        var before = (await store.LoadAsync(command.Id, null, Stop)).Conversation;
        var commit = TestConversations.Commit(before, command, _folder.Time.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
    }
}
