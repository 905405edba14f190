using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Cli;

/// <summary>
/// What people type: arguments that several commands take. What a command of a conversation checks itself is not checked here;
/// only its arguments are told by the names that they have here.
/// </summary>
internal static partial class CliArguments
{
    /// <summary>How many characters of contents a command shows at most: a person scrolls, a script reads; neither wants all that a store holds.</summary>
    public const int AnswerCharacters = 4_000_000;

    /// <summary>Stands for standard input in the place of a text.</summary>
    public const string StandardInput = "-";

    /// <summary>The longest span before now, in the unit that is given; of days it is more than two hundred years.</summary>
    private const int MostDays = 99_999;

    private static readonly string[] s_localTimes =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"];

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// What the arguments of tools are called here, where their own names do not say it: <c>reason</c> is <c>--reason</c> or <c>REASON</c>
    /// anyway. Of several names the first that the command has counts.
    /// </summary>
    private static readonly Dictionary<string, string[]> s_names = new(StringComparer.Ordinal)
    {
        ["approval_id"] = ["--approval", "ID"],
        ["article_id"] = ["ID"],
        ["at_time"] = ["--at"],
        ["at_version"] = ["--at"],
        ["content"] = ["TEXT"],
        ["conversation_id"] = ["--conversation", "CONVERSATION"],
        ["customer_id"] = ["--customer", "CUSTOMER", "ID"],
        ["description"] = ["TEXT"],
        ["email"] = ["ID"],
        ["final_arguments"] = ["--arguments", "--solution"],
        ["final_solution"] = ["--solution"],
        // The one key that people give.
        ["idempotency_key"] = ["--message-id"],
        ["k"] = ["--limit"],
        ["lease_seconds"] = ["--lease"],
        ["memory_id"] = ["ID"],
        ["new_state"] = ["STATE"],
        ["point"] = ["--to"],
        ["queries"] = ["WORDS"],
        ["query"] = ["WORDS"],
        ["steps"] = ["--step"],
        ["tags"] = ["--tag"],
        ["task_id"] = ["TASK"],
        ["ticket_id"] = ["TICKET"],
        ["topics"] = ["--topic"],
        ["user_id"] = ["--user"],
    };

    public static Argument<string> Conversation() => new("CONVERSATION") { Description = "The conversation, for example cs-TKT-001, or its ticket: TKT-001." };

    public static Argument<string> Approval() => new("ID") { Description = "The approval, as approvals shows it." };

    public static Option<string?> Reason() => new("--reason") { Description = $"Why; kept in the audit trail, {Limits.Reason} characters at most.", HelpName = "TEXT" };

    public static Option<string?> Queue() => new("--queue") { Description = "Only this queue.", HelpName = "NAME" };

    public static Option<int> Limit(int shown) => new("--limit") { Description = $"How many at most, 1 to {Limits.Page}.", HelpName = "N", DefaultValueFactory = _ => shown };

    public static Option<string?> Cursor() => new("--cursor") { Description = "The next_cursor of the last page, with the same options.", HelpName = "CURSOR" };

    public static Option<string?> MessageId() => new("--message-id") { Description = "Your name for the message, so that a repeat stores it once.", HelpName = "ID" };

    public static Option<string?> Priority(string description) => new("--priority") { Description = $"{description}: {NamesOf<Priority>()}.", HelpName = "PRIORITY" };

    /// <summary>A conversation by its id, or by the id of its ticket.</summary>
    public static Result<ConversationId> ConversationOf(string text, string argument = "CONVERSATION") =>
        (ConversationId.TryParse(text) ?? ConversationId.OfTicket(text)) is { } id
            ? id
            : Error.InvalidArgument(argument, $"it is a conversation, for example cs-TKT-001, or its ticket, TKT-001: 1 to {ConversationId.MaxTicketLength} letters, digits, dots, underscores and hyphens");

    /// <summary>The names of an enumeration's values, as a sentence lists them.</summary>
    public static string NamesOf<T>() where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(SnakeCaseEnum.Of));

    /// <summary>Reads a value by its name, in any case; nothing where nothing is given.</summary>
    public static Error? Read<T>(string option, string? text, out T? value) where T : struct, Enum
    {
        value = SnakeCaseEnum.Parse<T>(text?.ToLowerInvariant());
        return text is null || value is not null ? null : Error.InvalidArgument(option, $"it is one of: {NamesOf<T>()}");
    }

    /// <summary>Reads a span before now (<c>2h</c>), or a time, in the person's time zone where it names none.</summary>
    public static Result<DateTimeOffset?> SinceOf(string option, string? text, CliContext context)
    {
        if (text is null)
            return (DateTimeOffset?)null;
        if (text is [.. var number, 's' or 'm' or 'h' or 'd'] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MostDays)
            return (DateTimeOffset?)(context.Now - (count * UnitOf(text[^1])));
        if (InstantText.TryParse(text) is { } at)
            return (DateTimeOffset?)at;
        if (DateTime.TryParseExact(text, s_localTimes, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year is > 1 and < 9999)
            return (DateTimeOffset?)new DateTimeOffset(local, context.Console.TimeZone.GetUtcOffset(local));
        return Error.InvalidArgument(option, "it is a span before now (30m, 2h, 3d) or a time (\"2026-11-25 10:00\" in your time zone, or 2026-11-25T09:00:00Z)");
    }

    /// <summary>What is not visible is no part of an id.</summary>
    public static Error? MessageIdViolation(string? id) =>
        id?.Any(char.IsControl) is true ? Error.InvalidArgument("--message-id", "it has no control characters") : null;

    public static Error? QueueViolation(string? queue) => queue is null || Owner.IsQueueName(queue)
        ? null
        : Error.InvalidArgument("--queue", "it is a queue's name: 1 to 50 lower-case letters, digits, dots, underscores and hyphens");

    public static Error CursorViolation() => Error.InvalidArgument("--cursor", "it is the next_cursor of an earlier page, unchanged");

    /// <summary>How the next of a list are shown: a longer first page, or where there is none, the next page.</summary>
    /// <param name="most">How many were asked for.</param>
    /// <param name="cursor">Where this page began; null for the first.</param>
    /// <param name="next">Where the next one begins.</param>
    public static string MoreOf(int most, string? cursor, string next) =>
        cursor is null && most < Limits.Page ? "--limit shows more" : $"--cursor {next} goes on";

    public static Error? RangeViolation(string option, long value, long least, long most) => value >= least && value <= most
        ? null
        : Error.InvalidArgument(option, string.Create(CultureInfo.InvariantCulture, $"it is {least} to {most}"));

    /// <summary>An error with the arguments that it names called by the names that they have on a command.</summary>
    public static Error Named(Error error, Command command) => error switch
    {
        Errors.InvalidArgument e => e with
        {
            Argument = NameOf(e.Argument, command) ?? e.Argument,
            Rule = CompoundName().Replace(e.Rule, m => s_names.ContainsKey(m.Value) ? NameOf(m.Value, command) ?? m.Value : m.Value),
        },
        Errors.PersonalData e => e with { Argument = NameOf(e.Argument, command) ?? e.Argument },
        _ => error,
    };

    private static string? NameOf(string argument, Command command) =>
        ((string[])[argument, $"--{argument.Replace('_', '-')}", argument.ToUpperInvariant(), .. s_names.GetValueOrDefault(argument, [])])
            .FirstOrDefault(name => command.Options.Any(o => o.Name == name) || command.Arguments.Any(a => a.Name == name));

    /// <summary>A name of an argument as it stands in a rule. Names of one word are words as well.</summary>
    [GeneratedRegex("[a-z]+(?:_[a-z]+)+", RegexOptions.CultureInvariant)]
    private static partial Regex CompoundName();

    /// <summary>
    /// A text from the command line, or from standard input where it is <c>-</c>, or is left out and the input is no
    /// keyboard. The line end at its end is the shell's, not part of it.
    /// </summary>
    /// <param name="console">Where the input is.</param>
    /// <param name="name">What the argument is called.</param>
    /// <param name="argument">What the command line says.</param>
    /// <param name="most">How long the text may be, in characters; no more of an input is read than tells that it is longer.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async ValueTask<Result<string>> TextAsync(
        CliConsole console, string name, string? argument, int most, CancellationToken cancellationToken)
    {
        if (argument is not (null or StandardInput))
            return LengthViolation(name, argument, most) is { } violation ? violation : argument;
        if (argument is null && console.IsKeyboard)
            return Error.InvalidArgument(name, "say it on the command line, or pipe it in; - reads what you type up to the end of the input (Ctrl+D)");

        try
        {
            using var input = new StreamReader(console.OpenInput(), s_utf8);
            // A line end of two characters does not count, and one more tells that the input goes on.
            var buffer = new char[most + 3];
            var length = await input.ReadBlockAsync(buffer, cancellationToken);
            var text = new string(buffer, 0, length);
            if (text.EndsWith('\n'))
                text = text[..^(text.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)];
            return LengthViolation(name, text, most) is { } violation ? violation : text;
        }
        catch (DecoderFallbackException)
        {
            return Error.InvalidArgument(name, "the input is UTF-8 text");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Error.InvalidArgument(name, "the input can be read");
        }
    }

    private static TimeSpan UnitOf(char unit) => unit switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>What a person says in a conversation: where, under which id, and the text.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Who works, with their console.</param>
    /// <param name="conversation">Its argument.</param>
    /// <param name="messageId">Its option.</param>
    /// <param name="text">Its argument.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async ValueTask<Result<(ConversationId Id, string MessageId, string Content)>> SaidAsync(
        ParseResult parsed, CliContext context, Argument<string> conversation, Option<string?> messageId, Argument<string?> text,
        CancellationToken cancellationToken)
    {
        if (!ConversationOf(parsed.GetRequiredValue(conversation)).TryGet(out var id, out var malformed))
            return malformed;
        var given = parsed.GetValue(messageId);
        if (MessageIdViolation(given) is { } violation)
            return violation;
        var content = await TextAsync(context.Console, "TEXT", parsed.GetValue(text), Limits.Content, cancellationToken);
        return content.TryGet(out var said, out malformed)
            ? (id, given ?? $"msg-{Guid.CreateVersion7(context.Now):N}", said)
            : malformed;
    }

    private static Error? LengthViolation(string name, string text, int most) => text.Length <= most
        ? null
        : Error.InvalidArgument(name, string.Create(CultureInfo.InvariantCulture, $"it has at most {most} characters"));
}
