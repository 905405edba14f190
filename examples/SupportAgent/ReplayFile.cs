using System.Text.Json;

namespace SupportAgent;

/// <summary>A message to store: its id comes from its ticket and its place in the file, so that every run gives it the same.</summary>
internal sealed record FileMessage(string Id, string Role, string Content);

/// <summary>A conversation of the file, without what the server cannot take.</summary>
internal sealed record FileConversation(string Ticket, string User, IReadOnlyList<FileMessage> Messages);

/// <summary>What was left out, where, and why.</summary>
internal sealed record Skipped(string Where, string Why);

/// <summary>Reads a file of conversations. What the server would refuse is left out here, and said.</summary>
internal static class ReplayFile
{
    private const int LongestContent = 100_000;

    private static readonly string[] s_roles = ["user", "assistant", "system", "tool"];

    public static async Task<(List<FileConversation> Conversations, List<Skipped> Skipped)> ReadAsync(FileInfo file, CancellationToken ct)
    {
        var conversations = new List<FileConversation>();
        var skipped = new List<Skipped>();
        var tickets = new HashSet<string>(StringComparer.Ordinal);
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(file.FullName, ct))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (Parse(line, skipped) is not { } conversation)
                skipped.Add(new Skipped($"line {number}", "no JSON object with ticket_id, user_id and messages"));
            else if (!tickets.Add(conversation.Ticket))
                skipped.Add(new Skipped($"line {number}", $"{conversation.Ticket} is in the file already"));
            else
                conversations.Add(conversation);
        }

        return (conversations, skipped);
    }

    private static FileConversation? Parse(string line, List<Skipped> skipped)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var ticket = json.RootElement.GetProperty("ticket_id").GetString()!;
            var user = json.RootElement.GetProperty("user_id").GetString()!;
            var messages = new List<FileMessage>();
            var index = 0;
            foreach (var message in json.RootElement.GetProperty("messages").EnumerateArray())
            {
                // The place in the file, so that a message left out changes no other's id.
                var id = $"{ticket}-{++index:D4}";
                var role = Text(message, "role");
                var content = Text(message, "content");
                if (Fault(role, content) is { } why)
                    skipped.Add(new Skipped($"{id} ({role ?? "no role"})", why));
                else
                    messages.Add(new FileMessage(id, role!, content!));
            }

            return new FileConversation(ticket, user, messages);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement message, string name)
    {
        try
        {
            return message.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: JSON allows it, Unicode does not.
            return null;
        }
    }

    private static string? Fault(string? role, string? content) => (role, content) switch
    {
        (_, null) => "no text, or none that is Unicode",
        (not "tool", "") => "empty content: only a tool may have said nothing",
        (_, { Length: > LongestContent }) => $"{content.Length} characters: a message has at most {LongestContent}",
        _ when !s_roles.Contains(role) => $"the role is none of {string.Join(", ", s_roles)}",
        _ => null,
    };
}
