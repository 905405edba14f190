using System.Text;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Files;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Files;

public sealed class JournalDamageTests : IDisposable
{
    private static readonly ConversationId Id = TestConversations.Id();

    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Journal => _folder.JournalOf(Id);

    [Fact]
    public async Task A_write_torn_at_any_byte_leaves_the_conversation_as_it_was_and_the_next_one_works()
    {
        await WriteAsync(TestConversations.Initialize());
        var before = await WriteAsync(TestConversations.Message("m-1", "kept"));
        var kept = (int)new FileInfo(Journal).Length;
        await WriteAsync(TestConversations.Message("m-2", "torn ü\n€"));
        var whole = await File.ReadAllBytesAsync(Journal, Stop);

        for (var cut = kept; cut < whole.Length; cut++)
        {
            await File.WriteAllBytesAsync(Journal, whole[..cut], Stop);
            using var store = _folder.CreateStore();

            var loaded = await store.LoadAsync(Id, "message:m-2", Stop);
            TestConversations.AssertSame(before, loaded.Conversation);
            Assert.Null(loaded.IdempotencyRecord);
            Assert.Equal(["kept"], await ContentsAsync(store));

            var after = await WriteAsync(store, TestConversations.Message("m-2", "again"));
            foreach (var each in (FileConversationStore[])[store, _folder.CreateStore()])
            {
                TestConversations.AssertSame(after, (await each.LoadAsync(Id, null, Stop)).Conversation);
                Assert.Equal(["kept", "again"], await ContentsAsync(each));
            }
        }
    }

    [Fact]
    public async Task A_first_write_torn_at_any_byte_leaves_no_conversation_and_the_next_one_opens_it()
    {
        await WriteAsync(TestConversations.Initialize(userId: "torn"));
        var whole = await File.ReadAllBytesAsync(Journal, Stop);

        for (var cut = 0; cut < whole.Length; cut += 7)
        {
            await File.WriteAllBytesAsync(Journal, whole[..cut], Stop);
            using var store = _folder.CreateStore();
            Assert.Equal(default, await store.LoadAsync(Id, null, Stop));
            Assert.Empty((await store.ListAsync(new(), null, 10, Stop)).Conversations);

            var opened = await WriteAsync(store, TestConversations.Initialize(userId: "again"));
            TestConversations.AssertSame(opened, (await _folder.CreateStore().LoadAsync(Id, null, Stop)).Conversation);
        }
    }

    [Fact]
    public async Task A_store_that_has_the_conversation_in_memory_notices_a_write_that_was_taken_back()
    {
        using var reader = _folder.CreateStore();
        await WriteAsync(TestConversations.Initialize());
        var length = new FileInfo(Journal).Length;
        await WriteAsync(TestConversations.Message("m-1", "taken back"));
        Assert.Equal(["taken back"], await ContentsAsync(reader));

        await using (var file = File.OpenWrite(Journal))
            file.SetLength(length);
        await WriteAsync(_folder.CreateStore(), TestConversations.Message("m-2", "a longer text in its place"));

        Assert.Equal(["a longer text in its place"], await ContentsAsync(reader));
        Assert.Null((await reader.LoadAsync(Id, "message:m-1", Stop)).IdempotencyRecord);
    }

    [Fact]
    public async Task A_flipped_byte_in_the_middle_is_a_fault_that_names_file_and_line()
    {
        await WriteAsync(TestConversations.Initialize());
        await WriteAsync(TestConversations.Message("m-1", "the second line"));
        await WriteAsync(TestConversations.Message("m-2", "the third line"));
        await WriteAsync(TestConversations.Initialize(TestConversations.Id("TKT-002")));
        var whole = await File.ReadAllBytesAsync(Journal, Stop);
        var second = whole.IndexOf((byte)'\n') + 1;
        var third = second + whole.AsSpan(second).IndexOf((byte)'\n') + 1;

        for (var at = second; at < third; at += 5)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x01;
            await File.WriteAllBytesAsync(Journal, damaged, Stop);
            var store = _folder.CreateStore();

            var fault = await Assert.ThrowsAsync<InvalidDataException>(async () => await store.LoadAsync(Id, null, Stop));
            Assert.Contains($"{Journal}, line 2", fault.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<InvalidDataException>(async () => await WriteAsync(store, TestConversations.Message("m-3")));
            Assert.Equal("cs-TKT-002", Assert.Single((await store.ListAsync(new(), null, 10, Stop)).Conversations).ConversationId);
            Assert.Equal(damaged, await File.ReadAllBytesAsync(Journal, Stop));
            Assert.Equal(0, await store.SweepAsync(Stop));
        }
    }

    [Fact]
    public async Task A_journal_under_the_name_of_another_conversation_is_a_fault()
    {
        await WriteAsync(TestConversations.Initialize());
        File.Copy(Journal, _folder.JournalOf(TestConversations.Id("tkt-001")));

        var store = _folder.CreateStore();

        await Assert.ThrowsAsync<InvalidDataException>(async () => await store.LoadAsync(TestConversations.Id("tkt-001"), null, Stop));
    }

    [Fact]
    public async Task A_journal_can_be_read_line_by_line_by_anyone()
    {
        await WriteAsync(TestConversations.Initialize(description: "Größe <b> & 'so'"));
        await WriteAsync(TestConversations.Message("m-1", "你好"));

        var lines = await File.ReadAllLinesAsync(Journal, Stop);

        Assert.Equal(2, lines.Length);
        Assert.Contains("Größe <b> & 'so'", lines[0], StringComparison.Ordinal);
        Assert.Contains("你好", lines[1], StringComparison.Ordinal);
        Assert.All(lines, line => System.Text.Json.JsonDocument.Parse(line).Dispose());
    }

    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("123456789", 0xE3069283u)]
    public void The_checksum_is_the_published_one(string text, uint crc) =>
        Assert.Equal(crc, JournalLine.Crc32C(Encoding.ASCII.GetBytes(text)));

    public void Dispose() => _folder.Dispose();

    private Task<Conversation> WriteAsync(ConversationCommand command) => WriteAsync(_folder.CreateStore(), command);

    private async Task<Conversation> WriteAsync(FileConversationStore store, ConversationCommand command)
    {
        var before = (await store.LoadAsync(command.Id, null, Stop)).Conversation;
        var commit = TestConversations.Commit(before, command, _folder.Time.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
    }

    private static async Task<IEnumerable<string>> ContentsAsync(FileConversationStore store) =>
        (await store.ReadMessagesAsync(Id, long.MaxValue, 100, Stop)).Select(m => m.Content);
}
