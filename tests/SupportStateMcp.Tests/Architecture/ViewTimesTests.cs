using System.Reflection;
using System.Text.Json.Serialization;
using SupportStateMcp.Views;

namespace SupportStateMcp.Tests.Architecture;

public sealed class ViewTimesTests
{
    [Fact]
    public void Each_time_of_a_view_says_how_exactly_it_is_told()
    {
        var times = typeof(ConversationView).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(ConversationView).Namespace)
            .SelectMany(t => t.GetProperties())
            .Where(p => (Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType) == typeof(DateTimeOffset))
            .ToList();

        Assert.True(times.Count > 20, $"Only {times.Count} were found.");
        Assert.Empty(times.Where(p => p.GetCustomAttribute<JsonConverterAttribute>() is null).Select(p => $"{p.DeclaringType!.Name}.{p.Name}"));
    }
}
