using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>customers import</c>, <c>customers show</c>.</summary>
public sealed class CustomersTests(SharedRedis shared) : IDisposable
{
    private const string Acme = """{"customer_id": "CUST001", "name": "Acme Corporation", "email": "a@example.com", "plan": "enterprise", "support_entitlement": true, "entitled_until": "2099-12-31", "tags": ["vip"], "address": {"city": "Denver"}}""";

    private readonly CliPlace _place = new();
    private readonly TemporaryDirectory _files = new();

    [Fact]
    public async Task Customers_are_imported_from_a_file_and_again_without_a_change()
    {
        var file = await FileAsync(Acme, """{"customer_id": "CUST002", "name": {"first_name": "Noah", "last_name": "Brown"}, "payment_methods": {"card": "9212"}}""");

        var first = await ImportAsync(file);
        var again = await ImportAsync(file);

        Assert.Equal((0, "2 customers: 2 written, 0 as they were.\npayment_methods was left out of 1 line: payment data is not stored.\n", ""), first);
        Assert.Equal((0, "2 customers: 0 written, 2 as they were.\npayment_methods was left out of 1 line: payment data is not stored.\n", ""), again);
        var shown = await _place.JsonAsync("customers", "show", "CUST002");
        Assert.Equal(("Noah Brown", false), (shown.GetProperty("name").GetString(), shown.GetProperty("entitled").GetBoolean()));
        Assert.DoesNotContain("9212", shown.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Customers_are_imported_from_standard_input_with_one_JSON_document_for_a_program()
    {
        var (exitCode, output, errors) = await _place.RunAsync(Acme + "\n", ["customers", "import", "-", "--roles", "supervisor", "--json"]);

        Assert.Equal((0, "{\"customers\":1,\"written\":1,\"unchanged\":0,\"left_out\":{}}\n", ""), (exitCode, output, errors));
    }

    [Fact]
    public async Task All_bad_lines_are_told_and_nothing_is_imported()
    {
        await ImportAsync(await FileAsync(Acme));
        var file = await FileAsync("""{"customer_id": "CUST002", "name": "Good"}""", "nonsense", """{"customer_id": "CUST003"}""");

        var refused = await _place.RefusalAsync("customers", "import", file, "--roles", "supervisor");

        Assert.Equal("invalid_import", refused.GetProperty("code").GetString());
        Assert.Equal([2, 3], refused.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("line").GetInt32()));
        Assert.Equal(
            "2 lines were refused, and nothing was imported.\n  line 2: it is one JSON object, which names each field once (look at byte 2).\n  line 3: name: it is required.",
            refused.GetProperty("message").GetString());
        Assert.Equal("customer_not_found", (await _place.RefusalAsync("customers", "show", "CUST002")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_and_only_a_supervisor_imports()
    {
        Assert.Equal("FILE", (await _place.RefusalAsync("customers", "import", Path.Combine(_files.Path, "none.jsonl"), "--roles", "supervisor")).GetProperty("argument").GetString());
        Assert.Equal("FILE", (await _place.RefusalAsync("customers", "import", _files.Path, "--roles", "supervisor")).GetProperty("argument").GetString());
        var refused = await _place.RefusalAsync("customers", "import", await FileAsync(Acme));
        Assert.Equal(("not_authorized", "role:supervisor"), (refused.GetProperty("code").GetString(), refused.GetProperty("needs")[0].GetString()));
    }

    [Fact]
    public async Task A_customer_is_shown_with_entitlement_and_open_conversations()
    {
        await ImportAsync(await FileAsync(Acme, """{"customer_id": "CUST002", "name": "Basic [red]User[/]", "plan": "enterprise"}"""));
        await _place.JsonAsync("open", "TKT-1", "--user", "CUST001", "--priority", "high");
        await _place.JsonAsync("open", "TKT-2", "--user", "CUST002");

        foreach (var name in (string[])["CUST001", "A@example.com"])
        {
            var (exitCode, output, errors) = await _place.RunAsync("customers", "show", name);
            Assert.Equal((0, ""), (exitCode, errors));
            foreach (var told in (string[])["Acme Corporation", "enterprise", "owed until 2099-12-31 23:59:59 UTC", "vip", """{"city":"Denver"}""", "Open conversations: 1\n", "cs-TKT-1  gathering_info  high  ai:ai-agent-1"])
                Assert.Contains(told, output, StringComparison.Ordinal);
            Assert.DoesNotContain("TKT-2", output, StringComparison.Ordinal);
        }

        var other = (await _place.RunAsync("customers", "show", "CUST002")).Output;
        Assert.Contains("not owed: the record does not say so", other, StringComparison.Ordinal);
        Assert.Contains("Basic [red]User[/]", other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_not_there_is_told_with_the_way_on()
    {
        // Where there is no store, one was not given the right folder.
        Assert.Equal(69, (await _place.RunAsync("customers", "show", "CUST001")).ExitCode);
        await ImportAsync(await FileAsync(Acme));

        foreach (var name in (string[])["CUST009", "b@example.com"])
        {
            var refused = await _place.RefusalAsync("customers", "show", name);
            Assert.Equal("customer_not_found", refused.GetProperty("code").GetString());
            Assert.Contains("SupportStateMcp sample-data load", refused.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal("ID", (await _place.RefusalAsync("customers", "show", new string('x', 201))).GetProperty("argument").GetString());
    }

    [Fact]
    // The console of tests has no returns of the carriage: each step is a line.
    public async Task Who_looks_at_a_terminal_sees_how_far_an_import_has_come()
    {
        var lines = Enumerable.Range(0, 700).Select(n => $$"""{"customer_id": "C-{{n}}", "name": "Customer {{n}}"}""");
        var console = new RecordedConsole(string.Join('\n', lines), _place.Environment, isTerminal: true);

        var (exitCode, output, errors) = await _place.RunAsync(console, ["customers", "import", "-", "--roles", "supervisor"]);

        Assert.Equal(0, exitCode);
        Assert.Contains("700 customers: 700 written", output, StringComparison.Ordinal);
        Assert.Contains("[#####################.........] 500 of 700 customers\n[##############################] 700 of 700 customers\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_shared_customers_are_imported_as_they_are()
    {
        var file = SharedData.Path("customers.jsonl");
        using var place = new CliPlace(await shared.ServerAsync());

        foreach (var on in (CliPlace[])[_place, place])
        {
            var (exitCode, output, errors) = await on.RunAsync("customers", "import", file, "--roles", "supervisor");
            Assert.Equal((0, "500 customers: 500 written, 0 as they were.\npayment_methods was left out of 500 lines: payment data is not stored.\n", ""), (exitCode, output, errors));
            Assert.Equal("Noah Brown", (await on.JsonAsync("customers", "show", "noah.brown7922@example.com")).GetProperty("name").GetString());
        }
    }

    [Theory]
    [InlineData("show", "not owed", "SupportStateMcp customers show maria@example.com")]
    [InlineData("import", "Requires: role:supervisor;", "The same import again changes nothing.", "<FILE>")]
    public async Task Help_teaches(string command, params string[] told)
    {
        var (exitCode, output, errors) = await _place.RunAsync("customers", command, "--help");

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.All([.. told, "--as <human:ID>", "--json", "  69  the store does not answer"], words => Assert.Contains(words, output, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _place.Dispose();
        _files.Dispose();
    }

    private Task<(int ExitCode, string Output, string Errors)> ImportAsync(string file) => _place.RunAsync("customers", "import", file, "--roles", "supervisor");

    private async Task<string> FileAsync(params string[] lines)
    {
        var file = Path.Combine(_files.Path, $"{Guid.NewGuid():N}.jsonl");
        await File.WriteAllLinesAsync(file, lines, TestContext.Current.CancellationToken);
        return file;
    }
}
