using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Customers;

/// <summary>
/// A customer as other systems export it: strict where a field means something to the rules, and with a place for the rest. What the
/// record has no field for goes into <see cref="Customer.Custom"/>, except payment data, which this server does not store.
/// </summary>
internal sealed class CustomerLine
{
    /// <summary>Fields with payment data, in any spelling.</summary>
    private static readonly FrozenSet<string> s_payment = FrozenSet.Create(
        StringComparer.Ordinal,
        "paymentmethod", "paymentmethods", "paymentdetails", "creditcard", "creditcards", "cardnumber", "bankaccount", "bankaccounts", "iban");

    private readonly Dictionary<string, JsonElement> _fields;
    private Error? _fault;

    private CustomerLine(Dictionary<string, JsonElement> fields) => _fields = fields;

    /// <param name="line">A JSON value.</param>
    /// <param name="leftOut">The fields with payment data that were left out.</param>
    /// <exception cref="InvalidOperationException">A text has half of a surrogate pair.</exception>
    public static Result<Customer> Read(JsonElement line, out IReadOnlyList<string> leftOut)
    {
        leftOut = [];
        if (line.ValueKind != JsonValueKind.Object)
            return Error.InvalidArgument("line", "it is one JSON object");
        var fields = FieldsOf(line);
        leftOut = [.. fields.Keys.Where(IsPayment)];
        foreach (var field in leftOut)
            fields.Remove(field);
        return new CustomerLine(fields).Read();
    }

    /// <summary>The fields of an object; one that is null counts as absent.</summary>
    private static Dictionary<string, JsonElement> FieldsOf(JsonElement value) =>
        value.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);

    private Result<Customer> Read()
    {
        var customer = new Customer
        {
            CustomerId = Text("customer_id") ?? Refuse<string>("customer_id", "it is required") ?? "",
            Name = Name() ?? Refuse<string>("name", "it is required") ?? "",
            Company = Text("company"),
            Email = Text("email"),
            Phone = Text("phone"),
            Plan = Plan(),
            SupportEntitlement = Entitlement(),
            EntitledUntil = Until(),
            Locale = Text("locale"),
            Tags = Tags(),
            // Last: all that is left.
            Custom = Custom(),
        };
        return (_fault ?? CustomerBounds.Violation(customer)) is { } refusal ? refusal : customer;
    }

    /// <summary>A text, or a whole number that can only mean one.</summary>
    private string? Text(string name)
    {
        if (!_fields.Remove(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Trim() is { Length: > 0 } text ? text : null,
            JsonValueKind.Number when value.TryGetInt64(out var number) && number is >= -Limits.Number and <= Limits.Number => number.ToString(CultureInfo.InvariantCulture),
            _ => Refuse<string>(name, "it is a text"),
        };
    }

    /// <summary>A text, or the two parts of a name.</summary>
    private string? Name()
    {
        if (!_fields.TryGetValue("name", out var name) || name.ValueKind != JsonValueKind.Object)
            return Text("name");
        _fields.Remove("name");
        var parts = new CustomerLine(FieldsOf(name));
        var whole = string.Join(' ', ((string?[])[parts.Text("first_name"), parts.Text("last_name")]).Where(p => p is not null));
        return parts._fault is null && parts._fields.Count == 0 && whole.Length > 0
            ? whole
            : Refuse<string>("name", "it is a text, or an object with first_name and last_name and nothing else");
    }

    private SupportPlan? Plan()
    {
        if (Text("plan") is not { } text)
            return null;
        if (SnakeCaseEnum.Parse<SupportPlan>(text.ToLowerInvariant()) is { } plan)
            return plan;
        Refuse<string>("plan", $"it is one of: {string.Join(", ", Enum.GetValues<SupportPlan>().Select(SnakeCaseEnum.Of))}");
        return null;
    }

    /// <summary>Only a boolean is one: who is entitled is not guessed from a text.</summary>
    private bool? Entitlement()
    {
        if (!_fields.Remove("support_entitlement", out var value))
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Refuse<string>("support_entitlement", "it is true or false, without quotation marks");
        return null;
    }

    private DateTimeOffset? Until()
    {
        if (Text("entitled_until") is not { } text)
            return null;
        if (CustomerBounds.ParseEntitledUntil(text) is { } until)
            return until;
        Refuse<string>("entitled_until", CustomerBounds.EntitledUntilRule);
        return null;
    }

    private string[] Tags()
    {
        if (!_fields.Remove("tags", out var tags))
            return [];
        return tags.ValueKind == JsonValueKind.Array && tags.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String)
            ? [.. tags.EnumerateArray().Select(t => t.GetString()!.Trim())]
            : Refuse<string[]>("tags", "it is a list of texts") ?? [];
    }

    /// <summary>The field of that name, and every other that is left.</summary>
    private Dictionary<string, JsonElement> Custom()
    {
        var custom = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (_fields.Remove("custom", out var given))
        {
            if (given.ValueKind == JsonValueKind.Object)
                custom = given.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
            else
                Refuse<string>("custom", "it is an object");
            if (custom.Keys.FirstOrDefault(IsPayment) is { } payment)
                Refuse<string>("custom", $"it has no payment data, which this server does not store: leave {payment} out");
        }

        foreach (var (name, value) in _fields)
        {
            if (!custom.TryAdd(name, value))
                Refuse<string>("custom", $"it has no {name}, since the line has one too");
        }

        return custom;
    }

    private static bool IsPayment(string name) => s_payment.Contains(string.Concat(name.Where(char.IsLetter)).ToLowerInvariant());

    /// <summary>Notes the first fault of the line.</summary>
    private T? Refuse<T>(string field, string rule) where T : class
    {
        _fault ??= Error.InvalidArgument(field, rule);
        return null;
    }
}
