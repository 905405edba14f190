using SupportStateMcp.Context;
using SupportStateMcp.Memory;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Views;

/// <summary>Fits what is known of a customer into the beginning of a turn.</summary>
internal static class TurnBrief
{
    /// <summary>What a turn begins with, in at most <see cref="ContextLimits.BriefTokens"/>; null where nothing is known, and all could be read.</summary>
    public static TurnContextView? Of(ContextMaterial material, ITokenCounter counter)
    {
        List<ContextEntry> all = [.. ContextEntry.Of(material.Profile)];
        // A long entry must not keep out all the others, and the memories.
        var entries = all.FindAll(e => counter.Count(e.Text) <= ContextLimits.BriefTokens / 2);
        var unavailable = material.Unavailable.Count == 0 ? null : material.Unavailable;
        if (all.Count == 0 && material.Memories.Count == 0 && unavailable is null)
            return null;
        for (var memories = material.Memories.Count; ; memories--)
        {
            foreach (var length in (ReadOnlySpan<int>)[MemoryLimits.Text, 600, 300, 150, 80])
            {
                for (var profile = entries.Count; profile >= Math.Min(entries.Count, 1); profile = profile > 8 ? profile / 2 : profile - 1)
                {
                    var view = new TurnContextView
                    {
                        Profile = ContextEntry.ProfileOf(entries.Take(profile)),
                        Memories = [.. material.Memories.Take(memories).Select(m => RecalledView.Of(m) with { Text = ShortText.Of(m.Text, length) })],
                        Unavailable = unavailable,
                        More = profile < all.Count || memories < material.Memories.Count || material.Memories.Any(m => m.Text.Length > length) ? true : null,
                    };
                    if (counter.Count(ViewJson.Text(view)) <= ContextLimits.BriefTokens)
                        return view;
                    // The memories are shortened before the profile is cut below four entries.
                    if (profile <= 4 && length > 80)
                        break;
                }
            }

            if (memories == 0)
                return new TurnContextView { Memories = [], Unavailable = unavailable, More = true };
        }
    }
}
