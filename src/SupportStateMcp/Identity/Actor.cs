using System.Globalization;
using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Identity;

/// <summary>What sort of party acts on a conversation.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ActorKind>))]
public enum ActorKind
{
    Customer,
    Ai,
    Human,
    System,
}

/// <summary>
/// Who does something. An actor belongs to the connection (command line, token), never to an argument of a
/// call: a model that could name its own actor could approve its own request.
/// </summary>
/// <param name="Kind">What sort of party it is.</param>
/// <param name="Id">Its name within that kind, 1 to 100 visible characters.</param>
public sealed record Actor(ActorKind Kind, string Id)
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxIdLength = 100;

    /// <summary>Reads <c>kind:id</c>, for example <c>human:alice</c>; null where the text is not of that form.</summary>
    public static Actor? TryParse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || SnakeCaseEnum.Parse<ActorKind>(text[..colon].ToLowerInvariant()) is not { } kind)
            return null;

        var id = text[(colon + 1)..];
        return IsId(id) ? new Actor(kind, id) : null;
    }

    /// <summary>Makes an id of a name somebody else chose: what is not visible becomes <c>-</c>, what is too long is cut.</summary>
    public static string ToId(string? name)
    {
        var id = string.Concat((name ?? "").Trim().Take(MaxIdLength).Select(c => IsVisible(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format ? c : '-'));
        return id.Length == 0 ? "unknown" : id;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{SnakeCaseEnum.Of(Kind)}:{Id}";

    private static bool IsId(string id) => id.Length is > 0 and <= MaxIdLength && id.All(IsVisible);

    private static bool IsVisible(char c) => !char.IsControl(c) && !char.IsWhiteSpace(c) && !char.IsSurrogate(c);
}
