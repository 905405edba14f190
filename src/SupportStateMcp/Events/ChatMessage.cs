using System.Text;
using System.Text.Json.Nodes;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Events;

/// <summary>An event as a line in a chat.</summary>
internal static class ChatMessage
{
    /// <summary>How much of a message a line shows, in characters.</summary>
    private const int Shown = 1_000;

    /// <summary>The message as JSON, UTF-8.</summary>
    public static byte[] Of(CloudEvent e, WebhookFormat format) => Encoding.UTF8.GetBytes((format == WebhookFormat.Slack ? Slack(e) : Teams(e)).ToJsonString());

    /// <summary>Slack reads &amp;, &lt; and &gt; as the marks of links and mentions (docs.slack.dev, "Escaping text").</summary>
    private static JsonObject Slack(CloudEvent e) => new()
    {
        ["text"] = Text(e).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal),
        ["mrkdwn"] = false,
    };

    private static JsonObject Teams(CloudEvent e) => new()
    {
        ["type"] = "message",
        ["attachments"] = new JsonArray(new JsonObject
        {
            ["contentType"] = "application/vnd.microsoft.card.adaptive",
            ["content"] = new JsonObject
            {
                ["type"] = "AdaptiveCard",
                ["version"] = "1.4",
                // A run of rich text: no Markdown is read in it.
                ["body"] = new JsonArray(new JsonObject
                {
                    ["type"] = "RichTextBlock",
                    ["inlines"] = new JsonArray(new JsonObject { ["type"] = "TextRun", ["text"] = Text(e) }),
                }),
            },
        }),
    };

    private static string Text(CloudEvent e)
    {
        var line = $"{e.Data.RequestId} ({e.Data.Metadata.Priority}): {e.Data.EventType.Replace('_', ' ')}, {e.Data.Action}, by {e.Data.Agent}";
        return e.Data.Content is not { } content ? line
            : $"{line}\n{(content.Length > Shown ? ShortText.Beginning(content, Shown) + "…" : content)}";
    }
}
