using System.Globalization;
using System.Text;
using System.Text.Json;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>What a worker says of a step it has.</summary>
public enum StepOutcome
{
    Done,

    /// <summary>This try came to nothing.</summary>
    Failed,

    /// <summary>The worker needs more time.</summary>
    Extend,
}

/// <summary>What the records say of a customer, for a step that the server completes with it.</summary>
/// <param name="Entitled">Whether the customer is entitled to support.</param>
/// <param name="Customer">The customer's record; null where there is none.</param>
/// <param name="System">The record of their system; null where there is none.</param>
public sealed record CustomerFacts(bool Entitled, JsonElement? Customer, JsonElement? System);

public abstract partial record ConversationCommand
{
    /// <summary>
    /// Takes in a ticket: opens its conversation where there is none, keeps what the customer reported, and starts the run, all in one
    /// commit. The same ticket again changes nothing.
    /// </summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record OpenTicket : ConversationCommand
    {
        public required string CustomerId { get; init; }

        /// <summary>What the customer reports.</summary>
        public required string Description { get; init; }

        protected override Error? Check() =>
            TicketViolation(Id)
            ?? Bounds.Text("customer_id", CustomerId, Limits.UserId, 1)
            ?? Bounds.Text("description", Description, Limits.Description, 1);
    }

    /// <summary>Takes the step that waits, where its role is one of these.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record LeaseStep : ConversationCommand
    {
        public required IReadOnlyList<string> WorkerRoles { get; init; }

        public required TimeSpan Lease { get; init; }

        protected override Error? Check() =>
            Bounds.Range("lease_seconds", (decimal)Lease.TotalSeconds, Limits.ShortestStepLease, Limits.LongestLease);
    }

    /// <summary>Ends a try of a step, or asks for more time.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record CompleteStep : ConversationCommand
    {
        public required StepToken Token { get; init; }

        public required StepOutcome Outcome { get; init; }

        /// <summary>What came of it, for a step that is done.</summary>
        public JsonElement? Result { get; init; }

        /// <summary>Why it failed.</summary>
        public string? Reason { get; init; }

        /// <summary>How much longer the worker keeps it, from now.</summary>
        public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(DefaultStepLease);

        /// <summary>What the records say of the customer; from the server, never from the caller.</summary>
        public CustomerFacts? Facts { get; init; }

        /// <summary>The lease of a step where nobody names one, in seconds.</summary>
        public const int DefaultStepLease = 300;

        /// <summary>The largest result, in bytes of JSON.</summary>
        public const int ResultBytes = 65_536;

        /// <summary>How deep a result may be nested: it is stored inside other values, which may be 64 deep in all.</summary>
        public const int ResultDepth = 32;

        // A step is completed once; more time can be asked for again and again.
        public override string? IdempotencyKey => Outcome == StepOutcome.Extend ? null : Token.ToToken();

        public override string? StoredKey =>
            Outcome == StepOutcome.Extend ? null : string.Create(CultureInfo.InvariantCulture, $"step:{Token.Life}:{Token.Lease}");

        /// <summary>Completed with something else: the step is no longer the caller's.</summary>
        public override Error OtherArguments() => Error.LeaseLost(Token);

        protected override Error? Check() =>
            Bounds.Text("reason", Reason, Limits.Reason)
            ?? Bounds.Range("lease_seconds", (decimal)Lease.TotalSeconds, Limits.ShortestStepLease, Limits.LongestLease)
            ?? (Outcome == StepOutcome.Done
                ? Result is { ValueKind: JsonValueKind.Object } result ? SizeViolation(result) : Error.InvalidArgument("result", "with outcome done it is an object, as the result_schema of next_step describes it")
                : Result is null ? null : Error.InvalidArgument("result", "it goes with outcome done"))
            ?? (Outcome == StepOutcome.Failed && string.IsNullOrWhiteSpace(Reason) ? Error.InvalidArgument("reason", "with outcome failed it says why, in a sentence") : null);

        private static Error? SizeViolation(JsonElement result)
        {
            if (!IsWithin(result, ResultDepth))
                return Error.InvalidArgument("result", string.Create(CultureInfo.InvariantCulture, $"it is nested at most {ResultDepth} deep"));
            var size = Encoding.UTF8.GetByteCount(result.GetRawText());
            return size <= ResultBytes ? null : Error.InvalidArgument(
                "result", string.Create(CultureInfo.InvariantCulture, $"it has at most {ResultBytes} bytes of JSON, this one has {size}"));
        }

        private static bool IsWithin(JsonElement value, int depth) => value.ValueKind switch
        {
            JsonValueKind.Object => depth > 0 && value.EnumerateObject().All(p => IsWithin(p.Value, depth - 1)),
            JsonValueKind.Array => depth > 0 && value.EnumerateArray().All(v => IsWithin(v, depth - 1)),
            _ => true,
        };
    }

    /// <summary>Records what the knowledge base was asked for a step, and what it returned.</summary>
    [Requires(Roles = Roles.Agent)]
    public sealed record RecordQueries : ConversationCommand
    {
        public required StepToken Token { get; init; }

        public required IReadOnlyList<ResearchEntry> Queries { get; init; }
    }
}
