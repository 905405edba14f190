using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Records;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>customers</c>: whom the desk works for, and what they run.</summary>
internal static class CustomersCommand
{
    private const string MoreOfImport = """
        One JSON object a line: customer_id and name (a text, or first_name and last_name), and where there are any: company,
        email, phone, plan (enterprise, professional or basic), support_entitlement (true or false), entitled_until, locale,
        tags, custom. Other fields go into custom. Payment data (payment_methods and the like) is left out, and said to be.

        A customer is recorded as the file says: what was recorded before does not stay. Where a line cannot be read, all
        such lines are told and nothing is imported. The same import again changes nothing.

        Examples:
          SupportStateMcp customers import customers.jsonl --roles supervisor
          export-customers | SupportStateMcp customers import - --roles supervisor
        """;

    private const string MoreOfShow = """
        Support is owed to a customer where the record says support_entitlement: true and entitled_until is not over. Nothing
        is inferred: where the record does not say it, it is not owed.

        Examples:
          SupportStateMcp customers show CUST001
          SupportStateMcp customers show maria@example.com
          SupportStateMcp customers show CUST001 --json | jq .entitled
        """;

    public static Command Create() => new("customers", "Look up and import customers.") { Show(), Import() };

    private static CliCommand Show()
    {
        var id = new Argument<string>("ID") { Description = "The customer's id, for example CUST001, or e-mail address." };
        return new CliCommand("show", "Show a customer.", MoreOfShow, null, async (parsed, context, cancellationToken) =>
        {
            var found = await FindAsync(context, parsed.GetRequiredValue(id), cancellationToken);
            if (!found.TryGet(out var details, out var error))
                return error;
            Versioned<CustomerSystem>? system = null;
            if (!(await context.Customers.GetSystemAsync(details.Customer.Value.CustomerId, cancellationToken)).TryGet(out var recorded, out error))
            {
                if (error is not Errors.NoSuchSystem)
                    return error;
            }
            else
            {
                system = recorded;
            }

            var view = new CustomerDetailsView(details, system);
            return CommandOutput.Of(view, screen => CustomerScreen.Write(screen, view, context));
        })
        { id };
    }

    /// <summary>An id may look like an address: it goes first.</summary>
    private static async ValueTask<Result<CustomerDetails>> FindAsync(CliContext context, string text, CancellationToken cancellationToken)
    {
        var found = await context.Customers.LookUpAsync(new CustomerQuery(text, null), cancellationToken);
        if (found.Error is not Errors.CustomerNotFound || new CustomerQuery(null, text) is var byEmail && byEmail.Violation() is not null)
            return found;
        return await context.Customers.LookUpAsync(new CustomerQuery(null, text), cancellationToken);
    }

    private static CliCommand Import()
    {
        var file = new Argument<string>("FILE") { Description = "The file; - for standard input." };
        return new CliCommand("import", "Record the customers of a file.", MoreOfImport, typeof(ImportCustomers), async (parsed, context, cancellationToken) =>
        {
            var read = await ReadAsync(parsed.GetRequiredValue(file), context, cancellationToken);
            if (!read.TryGet(out var found, out var error))
                return error;
            var command = new ImportCustomers { Actor = context.Caller.Actor, Roles = context.Caller.Roles, Customers = found.Customers };
            using var progress = new ImportProgress(context.Console, "customers", found.Customers.Count);
            var result = await context.Customers.ImportAsync(command, progress.Report, cancellationToken);
            if (!result.TryGet(out var imported, out error))
                return error;
            var view = new CustomersImportedView
            {
                Customers = found.Customers.Count,
                Written = imported.Written,
                Unchanged = imported.Unchanged,
                LeftOut = found.LeftOut,
            };
            return CommandOutput.Of(view, screen => Say(screen, view));
        }, createsStore: true)
        { file };
    }

    private static async ValueTask<Result<CustomerFile>> ReadAsync(string path, CliContext context, CancellationToken cancellationToken)
    {
        try
        {
            await using var input = path == CliArguments.StandardInput ? context.Console.OpenInput() : File.OpenRead(path);
            return await CustomerFile.ReadAsync(input, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Error.InvalidArgument("FILE", $"it can be read ({e.Message.TrimEnd('.')})");
        }
    }

    private static void Say(IAnsiConsole screen, CustomersImportedView view)
    {
        screen.Say(string.Create(CultureInfo.InvariantCulture, $"{Customers(view.Customers)}: {view.Written} written, {view.Unchanged} as they were."));
        foreach (var (field, lines) in view.LeftOut)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"{field} was left out of {(lines == 1 ? "1 line" : $"{lines} lines")}: payment data is not stored."));
    }

    private static string Customers(int count) => count == 1 ? "1 customer" : string.Create(CultureInfo.InvariantCulture, $"{count} customers");
}
