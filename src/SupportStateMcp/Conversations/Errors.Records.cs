using System.Text.Json.Nodes;

namespace SupportStateMcp.Conversations;

public static partial class Errors
{
    /// <param name="Kind">The kind of the record.</param>
    /// <param name="Id">Its id.</param>
    public sealed record RecordDamaged(string Kind, string Id) : Error(ErrorCodes.StoreDamaged)
    {
        public override JsonObject Facts => new() { ["record"] = Kind, ["id"] = Id, ["retryable"] = false };
    }

    /// <param name="Kind">The kind of the record.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Expected">The version that was expected; 0 for none.</param>
    /// <param name="Actual">The version it is at; 0 where there is none.</param>
    public sealed record RecordConflict(string Kind, string Id, long Expected, long Actual) : Error(ErrorCodes.VersionConflict)
    {
        public override JsonObject Facts => new() { ["record"] = Kind, ["id"] = Id, ["expected"] = Expected, ["actual"] = Actual };
    }

    /// <summary>One of the two is what was looked for.</summary>
    public sealed record CustomerNotFound(string? CustomerId, string? Email) : Error(ErrorCodes.CustomerNotFound)
    {
        public override JsonObject Facts => CustomerId is not null ? new() { ["customer_id"] = CustomerId } : new() { ["email"] = Email };
    }

    /// <param name="CustomerId">A customer that there is.</param>
    public sealed record NoSuchSystem(string CustomerId) : Error(ErrorCodes.NotFound)
    {
        public override JsonObject Facts => new() { ["customer_id"] = CustomerId };
    }

    /// <param name="Lines">The first of the lines that were refused, each with the rule that it breaks.</param>
    /// <param name="Count">How many were refused.</param>
    public sealed record LinesRefused(IReadOnlyList<RefusedLine> Lines, int Count) : Error(ErrorCodes.InvalidImport)
    {
        public override JsonObject Facts => new()
        {
            ["refused"] = Count,
            ["lines"] = new JsonArray([.. Lines.Select(l => new JsonObject { ["line"] = l.Number, ["rule"] = l.Rule })]),
        };
    }
}

/// <summary>A line of a file that cannot be imported.</summary>
/// <param name="Number">Which line, from 1.</param>
/// <param name="Rule">The rule that it breaks, as a clause, with the field before it.</param>
public sealed record RefusedLine(int Number, string Rule);
