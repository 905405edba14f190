using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Memory;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>memory remember|recall|forget|list</c>: what is known of a customer beyond a conversation.</summary>
internal static class MemoryCommands
{
    private const string MoreOfRemember = """
        A memory belongs to a customer; a solution belongs to all, and holds no e-mail address, telephone number, card number or IBAN. Another text
        under the same --key supersedes the one before, which stays for --as-of.

        Examples:
          SupportStateMcp memory remember "Prefers e-mail." --customer CUST001 --kind preference --key contact_channel
          SupportStateMcp memory remember "A reset of the token helps." --conversation TKT-001 --kind solution
        """;

    private const string MoreOfRecall = """
        As recall does it for an agent: the memories of one customer that fit best, with the desk's solutions.

        Examples:
          SupportStateMcp memory recall "login" --customer CUST001
          SupportStateMcp memory recall "contact" --customer CUST001 --as-of 30d
        """;

    private const string MoreOfForget = """
        What is forgotten is gone for good; memory list shows in the trail that it was there. With --customer, which supervisors alone may do, all memories of a
        customer go, and the profile. Conversations, and the customer's own record, stay.

        Examples:
          SupportStateMcp memory forget mem-0f3a9c2155d04c1e77aa-9ab31c70 --reason "The customer asked for it."
          SupportStateMcp memory forget --customer CUST001 --reason "The customer asked for it."
        """;

    private const string MoreOfList = """
        The newest first, and what was forgotten, with the reason.

        Examples:
          SupportStateMcp memory list CUST001
          SupportStateMcp memory list CUST001 --all
          SupportStateMcp memory list
        """;

    public static Command Create() => new("memory", "Remember, find and forget what is known of customers.") { Remember(), Recall(), Forget(), List() };

    private static CliCommand Remember()
    {
        var text = new Argument<string>("TEXT") { Description = "What to remember." };
        var kind = new Option<string?>("--kind") { Description = $"Which kind: {CliArguments.NamesOf<MemoryKind>()}. Default: fact.", HelpName = "KIND" };
        var key = new Option<string?>("--key") { Description = "What a later text under the same key supersedes.", HelpName = "KEY" };
        var topics = new Option<string[]>("--topic") { Description = "A word to find it by; several times for several.", HelpName = "TOPIC" };
        var source = new Option<string?>("--source") { Description = "Where it is known from.", HelpName = "TEXT" };
        var (customer, conversation) = (Customer(), ConversationOption());
        return new CliCommand("remember", "Remember something of a customer.", MoreOfRemember, typeof(Remember), async (parsed, context, cancellationToken) =>
        {
            if (CliArguments.Read("--kind", parsed.GetValue(kind), out MemoryKind? given) is { } unknown)
                return unknown;
            if (!Scope(parsed, conversation).TryGet(out var id, out var malformed))
                return malformed;
            var result = await context.Memory.RememberAsync(new Remember
            {
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                CustomerId = parsed.GetValue(customer),
                Conversation = id.Id,
                Kind = given ?? MemoryKind.Fact,
                Text = parsed.GetRequiredValue(text),
                Key = parsed.GetValue(key),
                Topics = parsed.GetValue(topics) ?? [],
                Source = parsed.GetValue(source),
            }, cancellationToken);
            if (!result.TryGet(out var remembered, out var error))
                return error;
            var view = RememberView.Of(remembered);
            return CommandOutput.Of(view, screen => screen.Say(view.Replayed
                ? $"{view.MemoryId} was remembered before."
                : $"{view.MemoryId} is remembered{(view.CustomerId is { } of ? $" of {of}" : " for all customers")}.{(view.Supersedes is { } old ? $" It supersedes {old}." : "")}"));
        }, createsStore: true)
        { text, customer, conversation, kind, key, topics, source };
    }

    private static CliCommand Recall()
    {
        var words = new Argument<string?>("WORDS") { Description = "What to look for, in words; the newest where nothing is said.", Arity = ArgumentArity.ZeroOrOne };
        var kinds = new Option<string[]>("--kind") { Description = $"Only this kind: {CliArguments.NamesOf<MemoryKind>()}; several times for several.", HelpName = "KIND" };
        var limit = new Option<int>("--limit") { Description = $"How many at most, 1 to {MemoryLimits.Recalled}.", HelpName = "N", DefaultValueFactory = _ => MemoryLimits.DefaultRecalled };
        var asOf = new Option<string?>("--as-of") { Description = "What was valid then: a time, or a span before now (30d).", HelpName = "TIME" };
        var (customer, conversation) = (Customer(), ConversationOption());
        return new CliCommand("recall", "Find what is remembered of a customer.", MoreOfRecall, null, async (parsed, context, cancellationToken) =>
        {
            if (!Kinds(parsed.GetValue(kinds)).TryGet(out var wanted, out var malformed))
                return malformed;
            if (!CliArguments.SinceOf("--as-of", parsed.GetValue(asOf), context).TryGet(out var at, out malformed) && malformed is not null)
                return malformed;
            if (!Scope(parsed, conversation).TryGet(out var id, out malformed))
                return malformed;
            var result = await context.Memory.RecallAsync(
                context.Caller, parsed.GetValue(customer), id.Id, parsed.GetValue(words), wanted, parsed.GetValue(limit), at, cancellationToken);
            if (!result.TryGet(out var recalled, out var error))
                return error;
            var view = RecallView.Whole(recalled);
            return CommandOutput.Of(view, screen => Show(screen, view.Memories, context));
        })
        { words, customer, conversation, kinds, limit, asOf };
    }

    private static CliCommand Forget()
    {
        var id = new Argument<string?>("ID") { Description = "The memory, as list and recall show it.", Arity = ArgumentArity.ZeroOrOne };
        var customer = new Option<string?>("--customer") { Description = "Forget all that is remembered of this customer.", HelpName = "ID" };
        var reason = new Option<string>("--reason") { Description = "Why; kept in the trail.", HelpName = "TEXT", Required = true };
        return new CliCommand("forget", "Forget a memory, or all of a customer, for good.", MoreOfForget, typeof(Forget), async (parsed, context, cancellationToken) =>
        {
            var (memory, of, why) = (parsed.GetValue(id), parsed.GetValue(customer), parsed.GetRequiredValue(reason));
            if (memory is null == of is null)
                return Error.InvalidArgument("ID", "name one memory, or the customer whose memories are to be forgotten with --customer");
            if (of is not null)
                return await ForgetCustomerAsync(new ForgetCustomer { Actor = context.Caller.Actor, Roles = context.Caller.Roles, CustomerId = of, Reason = why }, context, cancellationToken);
            var result = await context.Memory.ForgetAsync(
                new Forget { Actor = context.Caller.Actor, Roles = context.Caller.Roles, MemoryId = memory!, Reason = why }, cancellationToken);
            if (!result.TryGet(out var forgotten, out var error))
                return error;
            var view = ForgottenView.Of(forgotten);
            return CommandOutput.Of(view, screen => screen.Say($"{view.MemoryId} is forgotten."));
        })
        { id, customer, reason };
    }

    private static async ValueTask<Result<CommandOutput>> ForgetCustomerAsync(ForgetCustomer command, CliContext context, CancellationToken cancellationToken)
    {
        if (!(await context.Memory.ForgetAsync(command, cancellationToken)).TryGet(out var forgotten, out var error))
            return error;
        var view = ForgottenCustomerView.Of(forgotten);
        return CommandOutput.Of(view, screen => screen.Say(string.Create(
            CultureInfo.InvariantCulture, $"{view.Memories} {(view.Memories == 1 ? "memory" : "memories")} of {view.CustomerId} {(view.Memories == 1 ? "is" : "are")} forgotten{(view.Profile ? ", and the profile" : "")}.")));
    }

    private static CliCommand List()
    {
        var customer = new Argument<string?>("CUSTOMER") { Description = "The customer; the solutions that all share where none is named.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Also those that are no longer valid." };
        return new CliCommand("list", "List the memories of a customer, and what was forgotten.", MoreOfList, null, async (parsed, context, cancellationToken) =>
        {
            var result = await context.Memory.ListAsync(parsed.GetValue(customer), [], parsed.GetValue(all), cancellationToken);
            if (!result.TryGet(out var list, out var error))
                return error;
            var view = MemoryListView.Of(list);
            return CommandOutput.Of(view, screen =>
            {
                Show(screen, view.Memories, context);
                if (view.Total > view.Memories.Count)
                    screen.Say(string.Create(CultureInfo.InvariantCulture, $"The newest {view.Memories.Count} of {view.Total}."));
                foreach (var gone in view.Forgotten)
                    screen.Say($"forgotten {context.Local(gone.ForgottenAt)}: {gone.MemoryId}, {SnakeCaseEnum.Of(gone.Because)}, {gone.By}{(gone.Reason is { } why ? $": {why}" : "")}");
            });
        })
        { customer, all };
    }

    private static Option<string?> Customer() => new("--customer") { Description = "The customer's id.", HelpName = "ID" };

    private static Option<string?> ConversationOption() => new("--conversation") { Description = "A conversation of the customer, or its ticket.", HelpName = "ID" };

    private static Result<NamedConversation> Scope(ParseResult parsed, Option<string?> option)
    {
        if (parsed.GetValue(option) is not { } text)
            return new NamedConversation(null);
        return CliArguments.ConversationOf(text, "--conversation").TryGet(out var id, out var error) ? new NamedConversation(id) : error;
    }

    private static Result<List<MemoryKind>> Kinds(IEnumerable<string>? names)
    {
        var kinds = new List<MemoryKind>();
        foreach (var name in names ?? [])
        {
            if (CliArguments.Read("--kind", name, out MemoryKind? kind) is { } unknown)
                return unknown;
            kinds.Add(kind!.Value);
        }

        return kinds;
    }

    private static void Show(IAnsiConsole screen, IReadOnlyList<MemoryView> memories, CliContext context)
    {
        if (memories.Count == 0)
            screen.Say("Nothing is remembered.");
        foreach (var m in memories)
        {
            screen.Heading($"{SnakeCaseEnum.Of(m.Kind)}{(m.Key is { } key ? " " + key : "")}");
            screen.Say($"{m.MemoryId}, {context.Local(m.At)}, {m.By}{(m.InvalidAt is { } end ? $", until {context.Local(end)}" : "")}{(m.ConversationId is { } from ? $", {from}" : "")}");
            screen.Say(m.Text);
            screen.WriteLine();
        }
    }

    /// <param name="Id">The conversation; null where none was named.</param>
    private sealed record NamedConversation(ConversationId? Id);
}
