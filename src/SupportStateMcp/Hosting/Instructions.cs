namespace SupportStateMcp.Hosting;

/// <summary>What a host tells its model about this server before the first call.</summary>
internal static class Instructions
{
    public const string Text = """
        Keeps the state of support conversations: conversation, workflow, ownership, approvals, audit trail. Open a ticket's conversation with initialize_conversation. A refusal (isError, with code, message and facts) has changed nothing; its message says what is allowed instead, or what was probably meant: follow it.

        One voice at a time: each conversation has one owner, who alone may answer the customer.

        Answer a customer in turns. begin_turn(conversation_id, content: what they wrote, message_id: the mail's id) returns the history, guidance and a turn_token; complete_turn(turn_token, content: your answer, new_state: processing) stores the answer and moves the conversation, or refuses with not_owner because a person took it meanwhile: then send nothing. Without a turn_token (may_answer: false) say nothing to the customer.

        Hand over what you cannot do. escalate_conversation(conversation_id, reason, summary, customer_message: what to tell them) puts the conversation into a queue with all that a person needs; list_queue shows who waits. Leave internal notes with add_message(visibility: internal).

        Ask before you do what is risky or dear. request_approval(conversation_id, action, arguments, reason, amount) says granted, or pending: then await_approval, and do nothing until a person has decided. When it is granted, call use_approval with exactly the approved action and arguments and do it once, if the answer is granted: true and not replayed. Refused or expired means: do not do it.

        People take a conversation with claim_conversation, reply with add_message(role: assistant), and give it back with hand_back(conversation_id, note) or to a colleague with assign_conversation(conversation_id, to: human:bob); what they said stays in the history, marked as a human takeover. After a hand-back read their note before you answer.
        """;
}
