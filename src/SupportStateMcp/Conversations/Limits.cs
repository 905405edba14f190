namespace SupportStateMcp.Conversations;

/// <summary>The bounds of what callers may send and ask for. Characters are UTF-16 code units.</summary>
public static class Limits
{
    /// <summary>A user's id, in characters.</summary>
    public const int UserId = 200;

    /// <summary>The name of the one a conversation is assigned to, in characters.</summary>
    public const int AssignedTo = 100;

    /// <summary>An owner as text, in characters: a kind and an id of at most 100, for example <c>human:alice</c>.</summary>
    public const int Owner = 110;

    /// <summary>A conversation's description, in characters.</summary>
    public const int Description = 10_000;

    /// <summary>The content of one message, in characters.</summary>
    public const int Content = 100_000;

    /// <summary>A reason, in characters.</summary>
    public const int Reason = 1_000;

    /// <summary>The summary of a handoff or of a conversation's messages, or the note of a hand-back, in characters.</summary>
    public const int Summary = 4_000;

    /// <summary>The most promises, or attempts, that a handoff lists.</summary>
    public const int HandoffItems = 20;

    /// <summary>One promise, or one attempt, in characters.</summary>
    public const int HandoffItem = 500;

    /// <summary>A message id or an idempotency key, in characters.</summary>
    public const int Key = 200;

    /// <summary>An actor as kind:id, in characters.</summary>
    public const int Actor = 110;

    /// <summary>The name of an action that is to be approved, in characters.</summary>
    public const int Action = 100;

    /// <summary>The largest amount at stake, in the desk's currency.</summary>
    public const long Amount = 1_000_000_000_000;

    /// <summary>The largest risk priority.</summary>
    public const int RiskPriority = 1_000;

    /// <summary>The most people who have to say yes to one approval.</summary>
    public const int Quorum = 10;

    /// <summary>The longest that an approval waits for its decision, in seconds: 30 days.</summary>
    public const int ApprovalLifetime = 2_592_000;

    /// <summary>A state's name, in characters.</summary>
    public const int State = 50;

    /// <summary>A cursor, in characters.</summary>
    public const int Cursor = 300;

    /// <summary>The text that descriptions are searched for, in characters.</summary>
    public const int SearchText = 200;

    /// <summary>How many conversations one call looks at, at most, in search of those that a filter takes.</summary>
    public const int Looked = 2_000;

    /// <summary>The most entries on one page of messages, events or conversations.</summary>
    public const int Page = 500;

    /// <summary>The largest version or number of a message: 2^53 − 1, the largest whole number that every JSON reader holds exactly.</summary>
    public const long Number = (1L << 53) - 1;

    /// <summary>The shortest lease of a claim, in seconds.</summary>
    public const int ShortestLease = 30;

    /// <summary>The longest lease of a claim, in seconds.</summary>
    public const int LongestLease = 86_400;

    /// <summary>The shortest lease of a step, in seconds.</summary>
    public const int ShortestStepLease = 5;

    /// <summary>The lease of a claim that names none, in seconds.</summary>
    public const int DefaultLease = 900;

    /// <summary>How many refused lines of a file are told one by one.</summary>
    public const int RefusedLines = 100;

    /// <summary>One answer, in characters, unless less is asked for.</summary>
    public const int AnswerCharacters = 60_000;

    /// <summary>The least that can be asked for, in characters.</summary>
    public const int LeastAnswerCharacters = 2_000;

    /// <summary>How much of one message's content an answer with several shows, in characters.</summary>
    public const int ShownContent = 10_000;

    /// <summary>One request, in bytes of JSON.</summary>
    public const int RequestBytes = 1 << 20;
}
