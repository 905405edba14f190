using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tickets;

namespace SupportStateMcp.Tests.Support;

/// <summary>A server whose desk has something on every page of the console.</summary>
public sealed class ConsoleDesk : IAsyncLifetime
{
    /// <summary>With the built-in worker, so that tickets get as far as a person's decision.</summary>
    public ConsoleServer Server { get; } = new(o => o with { Tickets = o.Tickets with { Worker = WorkerKind.Rules } });

    /// <summary>One that a person had, and that waits now.</summary>
    public string Conversation { get; private set; } = "";

    /// <summary>A refund that waits for a decision.</summary>
    public string Approval { get; private set; } = "";

    /// <summary>Every page of the console, by the name of its picture.</summary>
    public IReadOnlyList<(string Name, string Path)> Pages =>
    [
        ("queue", "/console/queue"), ("conversations", "/console/queue?view=all"), ("conversation", $"/console/conversations/{Conversation}"), ("approvals", "/console/approvals"),
        ("approval", $"/console/approvals/{Approval}"), ("tickets", "/console/tickets"), ("ticket", "/console/tickets/TKT-201"), ("customers", "/console/customers?q=CUST001"),
        ("knowledge", "/console/knowledge?q=sidecar+does+not+start"), ("article", "/console/knowledge?article=refund-broken-goods"), ("numbers", "/console/numbers"),
    ];

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        Assert.Null(await DemoData.LoadAsync(Server.Services, TestContext.Current.CancellationToken));
        Conversation = await Server.TalkAsync("TKT-101", "CUST001", "The machine of order 4711 arrived broken. I want my money back.", "high");
        await Server.TalkAsync("TKT-102", "CUST002", "Cannot sign in after the upgrade.");
        var down = await Server.TalkAsync("TKT-103", "CUST003", "Production is down: all sidecars restart.", "urgent");
        Approval = await Server.AskAsync(Conversation, 612.40m);
        await EscalateAsync(Conversation, "a refund above the limit", "The machine of order 4711 arrived broken; a replacement is not in stock.");
        await EscalateAsync(down, "asks for a person", "All sidecars restart since noon.");
        await Server.CallAsync(Server.Bob, "claim_conversation", new JsonObject { ["conversation_id"] = Conversation });
        await Server.CallAsync(Server.Bob, "add_message", new JsonObject { ["conversation_id"] = Conversation, ["role"] = "assistant", ["content"] = "I am Bob. I ask for your refund now." });
        await Server.CallAsync(Server.Bob, "add_message", new JsonObject { ["conversation_id"] = Conversation, ["role"] = "assistant", ["content"] = "The shop confirms that it arrived broken.", ["visibility"] = "internal" });
        await Server.CallAsync(Server.Bob, "release_conversation", new JsonObject { ["conversation_id"] = Conversation });
        await Server.CallAsync(Server.Bot, "save_article", new JsonObject
        {
            ["article_id"] = "refund-broken-goods", ["title"] = "Refund for goods that arrived broken", ["tags"] = new JsonArray("refund"),
            ["content"] = "# Refund\n\nWhen goods arrive **broken**, the customer gets the money back.\n\n## Solution\n\n1. Check the order.\n2. Ask for approval with `request_approval`.\n3. Pay, once.\n",
        }, "knowledge");
        await Server.CallAsync(Server.Bot, "create_ticket", new JsonObject { ["ticket_id"] = "TKT-201", ["customer_id"] = "CUST001", ["description"] = "The Dapr sidecar does not start after the upgrade to 1.15." }, "tickets");
        await Server.UntilAsync("TKT-201", "WAITING_FOR_APPROVAL");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private Task<JsonNode> EscalateAsync(string conversation, string reason, string summary) => Server.CallAsync(
        Server.Bot, "escalate_conversation", new JsonObject { ["conversation_id"] = conversation, ["reason"] = reason, ["summary"] = summary, ["open_question"] = "When will it be done?", ["promises"] = new JsonArray("An answer today") });
}
