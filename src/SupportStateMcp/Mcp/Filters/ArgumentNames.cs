using System.Collections.Frozen;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>What callers say where they mean another name: of arguments, and of values that are one of a few.</summary>
internal static class ArgumentNames
{
    /// <summary>What an argument is called that has another name here; the first that a tool takes is meant.</summary>
    private static readonly FrozenDictionary<string, string[]> s_arguments = new Dictionary<string, string[]>
    {
        ["ticket"] = ["ticket_id", "conversation_id"],
        ["ticketid"] = ["ticket_id", "conversation_id"],
        ["conversation"] = ["conversation_id"],
        ["conversationid"] = ["conversation_id", "ticket_id"],
        ["case"] = ["conversation_id", "ticket_id"],
        ["caseid"] = ["conversation_id", "ticket_id"],
        ["id"] = ["conversation_id", "approval_id", "task_id", "ticket_id", "customer_id", "article_id"],
        ["task"] = ["task_id", "goal"],
        ["plan"] = ["steps"],
        ["trigger"] = ["event"],
        ["article"] = ["article_id"],
        ["document"] = ["article_id", "content"],
        ["documentid"] = ["article_id"],
        ["docid"] = ["article_id"],
        ["q"] = ["query"],
        ["search"] = ["query"],
        ["searchquery"] = ["query"],
        ["questions"] = ["queries"],
        ["topk"] = ["k"],
        ["heading"] = ["section"],
        ["approval"] = ["approval_id"],
        ["message"] = ["content"],
        ["text"] = ["content", "query"],
        ["body"] = ["content"],
        ["reply"] = ["content"],
        ["answer"] = ["content"],
        ["response"] = ["content"],
        ["customermessage"] = ["customer_message", "content"],
        ["messagetext"] = ["content"],
        ["state"] = ["state", "new_state"],
        ["newstate"] = ["new_state", "state"],
        ["tostate"] = ["new_state"],
        ["targetstate"] = ["new_state"],
        ["to"] = ["new_state"],
        ["status"] = ["ticket_status", "new_state", "state", "event"],
        ["ticketstatus"] = ["ticket_status", "new_state"],
        ["user"] = ["user_id", "customer_id"],
        ["userid"] = ["customer_id"],
        ["customer"] = ["customer_id", "user_id"],
        ["mail"] = ["email"],
        ["emailaddress"] = ["email"],
        ["entitled"] = ["support_entitlement"],
        ["entitlement"] = ["support_entitlement"],
        ["cloud"] = ["cloud_provider"],
        ["apps"] = ["applications"],
        ["customerid"] = ["user_id"],
        ["assignee"] = ["assigned_to"],
        ["owner"] = ["assigned_to"],
        ["agent"] = ["assigned_to"],
        ["author"] = ["role"],
        ["sender"] = ["role"],
        ["speaker"] = ["role"],
        ["key"] = ["idempotency_key", "message_id"],
        ["idempotencykey"] = ["message_id"],
        ["messageid"] = ["idempotency_key"],
        ["requestid"] = ["idempotency_key"],
        ["token"] = ["turn_token"],
        ["turn"] = ["turn_token"],
        ["turnid"] = ["turn_token"],
        ["count"] = ["limit", "max_messages", "k"],
        ["max"] = ["limit", "max_messages", "k"],
        ["n"] = ["limit", "max_messages", "k"],
        ["maxresults"] = ["limit", "k"],
        ["pagesize"] = ["limit"],
        ["limit"] = ["max_messages", "k"],
        ["maxmessages"] = ["limit"],
        ["nextcursor"] = ["cursor"],
        ["pagetoken"] = ["cursor"],
        ["cursor"] = ["before", "after"],
        ["offset"] = ["before", "after", "cursor"],
        ["page"] = ["before", "after", "cursor"],
        ["timeout"] = ["timeout_seconds"],
        ["lease"] = ["lease_seconds"],
        ["ttl"] = ["expires_in"],
        ["version"] = ["expected_version"],
        ["params"] = ["arguments"],
        ["parameters"] = ["arguments"],
        ["args"] = ["arguments"],
        ["input"] = ["arguments"],
        ["data"] = ["metadata", "custom"],
        ["facts"] = ["metadata", "custom"],
        ["custom"] = ["metadata"],
        ["metadata"] = ["custom"],
        ["comment"] = ["reason", "note", "notes"],
        ["note"] = ["note", "notes", "reason"],
        ["notes"] = ["notes", "note", "reason"],
        ["reason"] = ["note", "notes"],
        ["why"] = ["reason", "note", "notes"],
        ["handoffsummary"] = ["summary"],
        ["urgency"] = ["priority"],
        ["decision"] = ["approved"],
        ["approve"] = ["approved"],
        ["risk"] = ["risk_priority"],
        ["question"] = ["open_question", "query"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Other words for a value that can mean nothing else here.</summary>
    private static readonly FrozenDictionary<string, string> s_synonyms = new Dictionary<string, string>
    {
        ["customer"] = "user",
        ["client"] = "user",
        ["enduser"] = "user",
        ["ai"] = "assistant",
        ["bot"] = "assistant",
        ["agent"] = "assistant",
        ["function"] = "tool",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Words that lie near a value, without meaning quite the same.</summary>
    private static readonly FrozenDictionary<string, string[]> s_near = new Dictionary<string, string[]>
    {
        ["human"] = ["user"],
        ["person"] = ["user"],
        ["model"] = ["assistant"],
        ["developer"] = ["system"],
        ["normal"] = ["medium"],
        ["default"] = ["medium"],
        ["critical"] = ["urgent"],
        ["highest"] = ["urgent"],
        ["emergency"] = ["urgent"],
        ["lowest"] = ["low"],
        ["minor"] = ["low"],
        ["resolved"] = ["solved"],
        ["done"] = ["solved"],
        ["fixed"] = ["solved"],
        ["new"] = ["open"],
        ["waiting"] = ["pending"],
        ["onhold"] = ["pending"],
        ["private"] = ["internal"],
        ["note"] = ["internal"],
        ["external"] = ["public"],
        ["customer"] = ["public"],
        ["admin"] = ["supervisor"],
        ["manager"] = ["supervisor"],
        ["all"] = ["full"],
        ["verbose"] = ["full"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A name without case, blanks and the marks that join words.</summary>
    public static string Fold(string name) => string.Concat(name.Where(c => c is not (' ' or '_' or '-' or '.'))).ToLowerInvariant();

    /// <summary>True where a folded word means that value and no other.</summary>
    public static bool IsSynonym(string[] values, string folded, string value) =>
        s_synonyms.TryGetValue(folded, out var meant) && meant == value && !values.Any(v => Fold(v) == folded);

    /// <summary>The value that a folded word probably means; null where nobody can tell.</summary>
    public static string? GuessValue(IReadOnlyCollection<string> values, string folded) =>
        s_near.TryGetValue(folded, out var near) && near.FirstOrDefault(values.Contains) is { } value ? value : Nearest(values, folded);

    /// <summary>The argument that is probably meant by a name that is none; null where nobody can tell.</summary>
    public static string? GuessArgument(IReadOnlyCollection<string> arguments, string name)
    {
        var folded = Fold(name);
        return s_arguments.TryGetValue(folded, out var meant) && meant.FirstOrDefault(arguments.Contains) is { } argument ? argument : Nearest(arguments, folded);
    }

    /// <summary>The only name within two slips of the pen, for names long enough to tell.</summary>
    private static string? Nearest(IReadOnlyCollection<string> names, string folded)
    {
        if (folded.Length is < 3 or > 64)
            return null;
        var near = names.Select(n => (Name: n, Distance: Distance(Fold(n), folded))).Where(n => n.Distance <= (folded.Length < 6 ? 1 : 2)).ToList();
        return near.Count == 0 || near.Count(n => n.Distance == near.Min(m => m.Distance)) > 1 ? null : near.MinBy(n => n.Distance).Name;
    }

    /// <summary>How many letters have to be changed, added or removed (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                (diagonal, row[j]) = (row[j], Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1));
            }
        }

        return row[^1];
    }
}
