using System.Collections.Concurrent;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting;

/// <summary>What a host tells its model about this server before the first call: a paragraph on what it is for, and how each toolset is used.</summary>
internal static class Instructions
{
    private const string Refusals = "A refusal (isError, with code, message and facts) has changed nothing; its message says what is allowed instead, or what was probably meant: follow it.";

    /// <summary>Over HTTP each request asks for them.</summary>
    private static readonly ConcurrentDictionary<Toolsets, string> s_texts = new();

    /// <summary>The instructions for who has these sets, all of them with tools.</summary>
    public static string Of(Toolsets sets) => s_texts.GetOrAdd(sets, Write);

    private static string Write(Toolsets sets)
    {
        var each = ToolsetNames.Each(sets).ToList();
        return string.Join("\n\n", [string.Join(' ', [.. each.Select(About).OfType<string>(), Refusals]), .. each.Select(Use).OfType<string>()]);
    }

    /// <summary>The name that people see: of a server of one set, that of the set.</summary>
    public static string Title(Toolsets sets) => sets switch
    {
        Toolsets.Conversations => "Support conversations",
        Toolsets.Tickets => "Support tickets",
        Toolsets.Knowledge => "Support knowledge base",
        Toolsets.Crm => "Support customers",
        Toolsets.Memory => "Support memory",
        Toolsets.Context => "Support context",
        Toolsets.Tasks => "Support tasks",
        Toolsets.Versions => "Support conversation versions",
        _ => "Support desk state",
    };

    /// <summary>What a set is for, and the tool to begin with, in a sentence or two.</summary>
    private static string? About(Toolsets set) => set switch
    {
        Toolsets.Conversations => "Keeps the state of support conversations: conversation, workflow, ownership, approvals, audit trail. Open a ticket's conversation with initialize_conversation.",
        Toolsets.Tickets => "Works support tickets from the report to the customer's letter: triage, analysis, a person's approval, notification. Report one with create_ticket; work on them with next_step.",
        Toolsets.Knowledge => "Holds the articles of a support knowledge base: look for an answer with query_knowledge_base before you give one.",
        Toolsets.Crm => "Knows the customers of the desk: who they are, whether support is owed to them, what they run. Look a customer up with lookup_customer.",
        Toolsets.Memory => "Remembers what is known of customers beyond a conversation: recall it before you ask again, and remember what will be needed.",
        Toolsets.Context => "Tells all that an answer to a customer needs, within a budget of tokens: get_context, when you take a conversation up.",
        Toolsets.Tasks => "Keeps what agents have taken on in support conversations, with plans and steps: look with list_tasks before you begin with create_task.",
        Toolsets.Versions => "Names versions of support conversations and goes back to one: checkpoint before you try something, rollback where it went wrong.",
        _ => null,
    };

    /// <summary>How the tools of a set are used one after the other, where their descriptions do not say so; paragraphs.</summary>
    private static string? Use(Toolsets set) => set switch
    {
        Toolsets.Conversations => """
            One voice at a time: each conversation has one owner, who alone may answer the customer.

            Answer a customer in turns. begin_turn(conversation_id, content: what they wrote, message_id: the mail's id) returns the history, guidance and a turn_token; complete_turn(turn_token, content: your answer, new_state: processing) stores the answer and moves the conversation, or refuses with not_owner because a person took it meanwhile: then send nothing. Without a turn_token (may_answer: false) say nothing to the customer.

            Hand over what you cannot do. escalate_conversation(conversation_id, reason, summary, customer_message: what to tell them) puts the conversation into a queue with all that a person needs; list_queue shows who waits. Leave internal notes with add_message(visibility: internal).

            Ask for approval before you do anything risky or costly. request_approval(conversation_id, action, arguments, reason, amount) says granted, or pending: then await_approval, and do nothing until a person has decided. When it is granted, call use_approval with exactly the approved action and arguments and do it once, if the answer is granted: true and not replayed. Refused or expired means: do not do it.

            People take a conversation with claim_conversation, reply with add_message(role: assistant), and give it back with hand_back(conversation_id, note) or to a colleague with assign_conversation(conversation_id, to: human:bob); what they said stays in the history, marked as a human takeover. After a hand-back read their note before you answer.
            """,
        Toolsets.Tickets => """
            Work on tickets step by step. next_step(roles, wait_seconds) gives a step with instructions, input, a result_schema and a step_token; complete_step(step_token, outcome: done, result) ends it. The step is yours until lease_until; extend asks for more time. An analysis needs three different queries to the knowledge base, by the tool that allowed_tools names and with the step_token, and cites what they returned. A person decides on the solution, and the server adds the approved text to the letter: nothing is sent without that.
            """,
        _ => null,
    };
}
