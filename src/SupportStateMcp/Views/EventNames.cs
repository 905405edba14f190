using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Views;

/// <summary>The names of events, as the stores and <c>get_events</c> write them.</summary>
internal static class EventNames
{
    private static readonly FrozenDictionary<Type, string> s_names = typeof(ConversationEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToFrozenDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    public static string Of(ConversationEvent e) => s_names[e.GetType()];
}
