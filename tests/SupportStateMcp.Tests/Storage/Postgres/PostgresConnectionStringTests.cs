using SupportStateMcp.Storage.Postgres;

namespace SupportStateMcp.Tests.Storage.Postgres;

public class PostgresConnectionStringTests
{
    [Theory]
    [InlineData("Host=db;Port=5433;Username=support;Password=p@ss;Database=desk", "db", 5433, "support", "p@ss", "desk")]
    [InlineData("Server=db;User Id=support", "db", 5432, "support", null, null)]
    [InlineData("postgresql://support:p%40ss@db:5433/desk", "db", 5433, "support", "p@ss", "desk")]
    [InlineData("postgres://db", "db", 5432, null, null, null)]
    public void Both_forms_are_read(string text, string host, int port, string? user, string? password, string? database)
    {
        var options = PostgresConnectionString.Parse(text).Options!;

        Assert.Equal((host, port, user, password, database), (options.Host, options.Port, options.Username, options.Password, options.Database));
        Assert.Equal((3, 5, 10), (options.Timeout, options.CommandTimeout, options.MaxPoolSize));
    }

    [Fact]
    public void What_the_text_says_goes_before_the_defaults()
    {
        var options = PostgresConnectionString.Parse("Host=db;Timeout=9;Command Timeout=8;Maximum Pool Size=3;Include Error Detail=true").Options!;
        Assert.Equal((9, 8, 3, false), (options.Timeout, options.CommandTimeout, options.MaxPoolSize, options.IncludeErrorDetail));
        Assert.Equal(Npgsql.SslMode.VerifyFull, PostgresConnectionString.Parse("postgres://db/desk?sslmode=verify-full").Options!.SslMode);
    }

    [Theory]
    [InlineData(null, "there is none")]
    [InlineData(" ", "there is none")]
    [InlineData("Username=support;Password=s3cret", "it names no host")]
    [InlineData("Host=${DB};Password=s3cret", "a host holds a variable")]
    [InlineData("Host=db;Pasword=s3cret", "it cannot be read")]
    [InlineData("Host=db;Port=s3cret", "it cannot be read")]
    [InlineData("s3cret", "it cannot be read")]
    [InlineData("postgres://:s3cret@", "it cannot be read")]
    [InlineData("postgres://db?s3cret=1", "it cannot be read")]
    public void What_is_wrong_is_said_without_the_text(string? text, string said)
    {
        var (options, violation) = PostgresConnectionString.Parse(text);

        Assert.Null(options);
        Assert.StartsWith(said, violation, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", violation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_says_where_it_is_and_no_password()
    {
        Assert.Equal("db:5433, database desk", PostgresConnectionString.Describe("postgres://support:s3cret@db:5433/desk"));
        Assert.DoesNotContain("s3cret", new PostgresOptions { ConnectionString = "Host=db;Password=s3cret" }.ToString(), StringComparison.Ordinal);
    }
}
