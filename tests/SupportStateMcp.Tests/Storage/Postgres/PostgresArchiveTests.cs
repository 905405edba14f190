using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Postgres;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Postgres;

/// <summary>The table alone, and what it says where it cannot serve.</summary>
public sealed class PostgresArchiveTests(SharedPostgres postgres) : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private readonly LogLines<PostgresArchive> _log = new();
    private readonly string _prefix = $"t{Guid.NewGuid():N}:";
    private readonly List<PostgresArchive> _made = [];
    private PostgresServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await postgres.ServerAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var archive in _made)
            await archive.DisposeAsync();
    }

    [Fact]
    public async Task Of_one_life_the_newest_version_stays_whatever_comes_late()
    {
        var archive = Create();
        var (opened, changed) = Versions();
        await archive.KeepAsync(changed, Stop);
        await archive.KeepAsync(opened, Stop);
        Assert.Equal(changed.Conversation.Version, (await archive.FindAsync(TestConversations.Id(), Stop))!.Conversation.Version);

        await archive.EraseAsync(TestConversations.Id(), opened.Conversation.Life, Stop);
        await archive.KeepAsync(changed, Stop);
        Assert.Null(await archive.FindAsync(TestConversations.Id(), Stop));
    }

    [Fact]
    public async Task The_mark_of_an_erasure_goes_after_a_week()
    {
        var archive = Create();
        await archive.EraseAsync(TestConversations.Id(), "8de", Stop);
        _time.Advance(PostgresArchive.MarkAge);
        Assert.Equal(0, await archive.SweepAsync(Stop));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await archive.SweepAsync(Stop));
    }

    [Fact]
    public async Task Servers_that_start_at_once_make_one_table()
    {
        await _server.QueryAsync($"CREATE SCHEMA \"{_prefix}\"");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Create($"{_server.ConnectionString};Search Path={_prefix}").CheckAsync(Stop).AsTask()));

        Assert.Equal(1L, await _server.QueryAsync($"SELECT count(*) FROM pg_tables WHERE schemaname = '{_prefix}'"));
    }

    [Fact]
    public async Task A_table_that_somebody_else_has_made_needs_no_right_to_make_one()
    {
        await Create().CheckAsync(Stop);
        var user = _prefix.Replace(":", "", StringComparison.Ordinal);
        await _server.QueryAsync($"CREATE ROLE {user} LOGIN PASSWORD '{PostgresServer.Password}'");
        var archive = Create(_server.ConnectionString.Replace("Username=postgres", $"Username={user}", StringComparison.Ordinal));
        Assert.Contains("42501", await RefusalAsync(archive, passes: false), StringComparison.Ordinal);

        await _server.QueryAsync($"GRANT SELECT, INSERT, UPDATE, DELETE ON archived_conversations TO {user}");
        await archive.CheckAsync(Stop);
        await archive.KeepAsync(Versions().Changed, Stop);
        Assert.NotNull(await archive.FindAsync(TestConversations.Id(), Stop));
        Assert.Equal(0, await archive.SweepAsync(Stop));
    }

    [Fact]
    public async Task A_connection_that_the_server_has_closed_costs_no_call()
    {
        var archive = Create(_server.ConnectionString + $";Application Name={_prefix}");
        await archive.CheckAsync(Stop);
        Assert.True(await _server.QueryAsync($"SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{_prefix}'") is true);

        await archive.CheckAsync(Stop);
    }

    [Theory]
    [InlineData("Password=" + PostgresServer.Password, "Password=wrong", "PostgreSQL says 28P01: it does not accept the user or the password of the connection string.")]
    [InlineData("Password=" + PostgresServer.Password + ";", "", "PostgreSQL asks for a password, and the connection string has none.")]
    [InlineData("Database=postgres", "Database=nowhere", "PostgreSQL says 3D000: it has no database of the name that the connection string gives.")]
    [InlineData("Database=postgres", "Database=postgres;SSL Mode=Require", "PostgreSQL cannot be used: it speaks no TLS, and the connection string asks for it.")]
    [InlineData("Database=postgres", "Database=postgres;Search Path=nowhere", "PostgreSQL says 3F000: there is no schema in which the user may make the table archived_conversations.")]
    public async Task What_stays_until_it_is_changed_is_said_once_and_without_a_password(string given, string instead, string said)
    {
        var archive = Create(_server.ConnectionString.Replace(given, instead, StringComparison.Ordinal));

        Assert.Equal(said, await RefusalAsync(archive, passes: false));
        Assert.Equal(said, await RefusalAsync(archive, passes: false));

        Assert.Equal(
            $"Error: {said} This stays until it is changed: until then closed conversations wait in Redis, and calls that need the archive are refused. This is logged once.",
            Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task A_document_that_cannot_be_read_is_damage()
    {
        var archive = Create();
        await archive.KeepAsync(Versions().Changed, Stop);
        foreach (var change in (string[])["substring(document for 40)", "'\\x00'::bytea", "''::bytea"])
        {
            await _server.QueryAsync($"UPDATE archived_conversations SET document = {change} WHERE prefix = '{_prefix}'");
            var damage = await Assert.ThrowsAsync<StoreDamagedException>(async () => await archive.FindAsync(TestConversations.Id(), Stop));
            Assert.Contains("in PostgreSQL", damage.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<string> RefusalAsync(PostgresArchive archive, bool passes)
    {
        var refusal = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await archive.CheckAsync(Stop));
        Assert.Equal(passes, refusal.Passes);
        return refusal.Message;
    }

    private PostgresArchive Create(string? connection = null)
    {
        var archive = new PostgresArchive(new PostgresOptions { ConnectionString = connection ?? _server.ConnectionString, KeyPrefix = _prefix }, StoredSchema.Current, _time, _log);
        _made.Add(archive);
        return archive;
    }

    private (ArchivedConversation Opened, ArchivedConversation Changed) Versions()
    {
        var opening = TestConversations.Commit(null, TestConversations.Initialize(), _time.GetUtcNow());
        var change = TestConversations.Commit(opening.After, TestConversations.Message("m-1"), _time.GetUtcNow());
        return (new(opening.After, opening.Events, []), new(change.After, [.. opening.Events, .. change.Events], change.Messages));
    }
}
