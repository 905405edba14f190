namespace SupportStateMcp.Storage.Postgres;

/// <summary>Where the archive beside Redis is.</summary>
public sealed record PostgresOptions
{
    /// <summary>The PostgreSQL that holds the archive; <see cref="PostgresConnectionString"/> lists the forms.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Tells the conversations of these servers from those of others in the same database: their key prefix in Redis. Default nothing.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>How long one call may take in all, with the way there; default 6 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Says nothing that could hold a password.</summary>
    public override string ToString() => $"PostgresOptions {{ KeyPrefix = {KeyPrefix}, CallTimeout = {CallTimeout} }}";
}
