using System.Text.Json;
using SupportStateMcp.Memory;

namespace SupportStateMcp.Views;

/// <summary>A member of an object whose members are taken one by one, as those of a profile are.</summary>
internal sealed record ContextEntry(string Key, JsonElement Value)
{
    public bool IsHistory { get; init; }

    public string Text => $"{ViewJson.Text(Key)}:{Value.GetRawText()}";

    public static IEnumerable<ContextEntry> Of(CustomerProfile? profile) => profile is null ? [] :
        profile.Preferences.EnumerateObject().Select(p => new ContextEntry(p.Name, p.Value))
            .Concat(profile.History.EnumerateObject().Select(p => new ContextEntry(p.Name, p.Value) { IsHistory = true }));

    public static CustomerProfileView? ProfileOf(IEnumerable<ContextEntry> entries)
    {
        List<ContextEntry> all = [.. entries];
        return all.Count == 0 ? null : new CustomerProfileView
        {
            Preferences = all.Exists(e => !e.IsHistory) ? ObjectOf(all.Where(e => !e.IsHistory)) : null,
            History = all.Exists(e => e.IsHistory) ? ObjectOf(all.Where(e => e.IsHistory)) : null,
        };
    }

    public static Dictionary<string, JsonElement> ObjectOf(IEnumerable<ContextEntry> entries) => entries.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);
}
