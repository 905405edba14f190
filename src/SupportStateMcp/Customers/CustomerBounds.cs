using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Customers;

/// <summary>The bounds of what is recorded of customers, in characters unless said otherwise; <see cref="Limits"/> has the rest.</summary>
public static class CustomerLimits
{
    public const int Name = 200;

    public const int Company = 200;

    /// <summary>The longest address that mail servers take (RFC 5321, with the erratum on its section 4.5.3.1.3).</summary>
    public const int Email = 254;

    public const int Phone = 50;

    /// <summary>The longest name of a locale that readers must take (RFC 5646, section 4.4.1).</summary>
    public const int Locale = 35;

    /// <summary>How many tags.</summary>
    public const int Tags = 20;

    public const int Tag = 50;

    /// <summary>The version of a system or an application.</summary>
    public const int Version = 50;

    public const int Platform = 100;

    public const int CloudProvider = 100;

    /// <summary>How many applications.</summary>
    public const int Applications = 100;

    public const int ApplicationName = 100;

    /// <summary>A time as text.</summary>
    public const int Time = 40;

    /// <summary>How many open conversations a lookup shows.</summary>
    public const int OpenConversations = 10;

    /// <summary>How many customers one import takes.</summary>
    public const int Imported = 100_000;

    /// <summary>How long a file to import may be, in bytes.</summary>
    public const int FileBytes = 128 << 20;
}

/// <summary>The rules that what is recorded of customers keeps, whichever face or file it comes from; each answers with an error, or null.</summary>
internal static class CustomerBounds
{
    public const string EntitledUntilRule = "it is a time with its zone, for example 2027-12-31T23:59:59Z, or a day, for example 2027-12-31, which counts to its end in UTC";

    public static Error? Violation(Customer c) =>
        Violation(c.CustomerId, c.Name, c.Company, c.Email, c.Phone, c.Locale, c.Tags, c.Custom);

    /// <summary>What is null is not looked at.</summary>
    public static Error? Violation(
        string customerId, string? name, string? company, string? email, string? phone, string? locale, IReadOnlyList<string>? tags, IReadOnlyDictionary<string, JsonElement>? custom) =>
        Id(customerId)
        ?? Line("name", name, CustomerLimits.Name)
        ?? Line("company", company, CustomerLimits.Company)
        ?? Email(email)
        ?? Line("phone", phone, CustomerLimits.Phone)
        ?? Line("locale", locale, CustomerLimits.Locale)
        ?? Lines("tags", tags, CustomerLimits.Tags, CustomerLimits.Tag)
        ?? Bounds.Facts("custom", custom);

    public static Error? Violation(CustomerSystem s) =>
        Violation(s.CustomerId, s.DaprVersion, s.Platform, s.CloudProvider, s.Applications, s.Custom);

    /// <summary>What is null is not looked at.</summary>
    public static Error? Violation(
        string customerId, string? daprVersion, string? platform, string? cloudProvider, IReadOnlyList<InstalledApplication>? applications,
        IReadOnlyDictionary<string, JsonElement>? custom) =>
        Id(customerId)
        ?? Line("dapr_version", daprVersion, CustomerLimits.Version)
        ?? Line("platform", platform, CustomerLimits.Platform)
        ?? Line("cloud_provider", cloudProvider, CustomerLimits.CloudProvider)
        ?? Lines("applications", applications?.Select(a => a.Name).ToList(), CustomerLimits.Applications, CustomerLimits.ApplicationName)
        ?? applications?.Select(a => Line("applications", a.Version, CustomerLimits.Version)).FirstOrDefault(v => v is not null)
        ?? Bounds.Facts("custom", custom);

    public static Error? Id(string customerId) => Line("customer_id", customerId, Limits.UserId);

    /// <summary>An address is checked as far as it can be without sending mail to it.</summary>
    public static Error? Email(string? email) => Line("email", email, CustomerLimits.Email)
        ?? (email is null || (email.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == email.LastIndexOf('@') && at < email.Length - 1 && !email.Any(char.IsWhiteSpace))
            ? null
            : Error.InvalidArgument("email", "it is an e-mail address, for example maria@example.com"));

    /// <summary>Reads the end of an entitlement; null where it cannot be read.</summary>
    public static DateTimeOffset? ParseEntitledUntil(string text) =>
        InstantText.TryParse(text)
        ?? (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new DateTimeOffset(day, TimeOnly.MaxValue, TimeSpan.Zero)
            : null);

    /// <summary>A text that is shown in one line; null passes.</summary>
    private static Error? Line(string argument, string? value, int most) => Bounds.Text(argument, value, most, 1)
        ?? (value is null || !(value.Any(char.IsControl) || char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1]))
            ? null
            : Error.InvalidArgument(argument, "it has no control characters, and no blanks around it"));

    private static Error? Lines(string argument, IReadOnlyList<string>? values, int count, int most) => values is null ? null
        : Bounds.Items(argument, values, count, most) ?? values.Select(v => Line(argument, v, most)).FirstOrDefault(v => v is not null);
}
