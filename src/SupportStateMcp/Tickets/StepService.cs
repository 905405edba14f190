using System.Text.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tickets;

/// <summary>A step that a worker has taken.</summary>
/// <param name="Conversation">The conversation of the ticket, with the run.</param>
/// <param name="Step">The step, leased.</param>
/// <param name="Definition">What the pipeline says of it.</param>
/// <param name="By">Who has taken it.</param>
public sealed record TakenStep(Conversation Conversation, RunStep Step, PipelineStep Definition, Caller By)
{
    public StepToken Token => StepToken.Of(Conversation, Step);
}

/// <summary>What came of looking for work.</summary>
/// <param name="Step">The step; null where nothing waits.</param>
/// <param name="Later">How many steps become ready later.</param>
public sealed record NextStep(TakenStep? Step, long Later);

/// <summary>
/// Gives steps to workers and takes their results. A lease is a commit: of two workers that want the same step, one gets it. Workers of any
/// kind come this way, the built-in ones too.
/// </summary>
public sealed class StepService(
    ConversationCommandHandler commands, IConversationStore store, CustomerService customers, Pipelines pipelines, WorkSignal signal, TimeProvider time, Random random)
{
    /// <summary>The longest that a call waits for work.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>How often those who wait look for what other processes did.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    /// <summary>Of how many steps a worker takes one: workers that all wanted the first would only meet each other.</summary>
    private const int Choice = 32;

    /// <summary>How many steps are looked at where those that have been ready the longest belong to customers who have had too many writes.</summary>
    private const int Wide = 512;

    /// <summary>The roles of all workers there are.</summary>
    public IReadOnlyList<string> Roles { get; } =
        [.. pipelines.All.SelectMany(p => p.Steps).Where(s => !s.Has(StepRequirement.Approval)).Select(s => s.Role).Distinct(StringComparer.Ordinal)];

    /// <summary>Takes the next step for workers of these roles, and waits for one where none is ready.</summary>
    /// <param name="caller">Who works.</param>
    /// <param name="roles">Which steps; null for all.</param>
    /// <param name="wait">How long to wait, at most <see cref="LongestWait"/>.</param>
    /// <param name="lease">How long the caller has the step.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="stopping">
    /// Ends the wait alone, with what the last look has found: a step that is being taken is returned, and none is taken after it.
    /// </param>
    public async ValueTask<Result<NextStep>> NextAsync(
        Caller caller, IReadOnlyList<string>? roles, TimeSpan wait, TimeSpan lease, CancellationToken cancellationToken, CancellationToken stopping = default)
    {
        if (Requirement.Of(typeof(ConversationCommand.LeaseStep)) is { } required && !required.IsMetBy(caller))
            return Error.NotAuthorized(required.Needs);
        if (roles is { Count: 0 })
            roles = null;
        if (roles?.FirstOrDefault(r => !Roles.Contains(r)) is { } unknown)
            return Error.InvalidArgument("roles", $"each is one of {string.Join(", ", Roles)}", $"\"{unknown}\"");

        var (started, limit) = (time.GetTimestamp(), wait < LongestWait ? wait : LongestWait);
        while (true)
        {
            // Asked for before looking, so that nothing is missed in between.
            var next = signal.Next;
            var looked = await LookAsync(caller, roles ?? Roles, lease, cancellationToken);
            var left = limit - time.GetElapsedTime(started);
            if (!looked.TryGet(out var found, out _) || found.Step is not null || left <= TimeSpan.Zero)
                return looked;

            using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
            await Task.WhenAny(next, Task.Delay(left < s_look ? left : s_look, time, ends.Token));
            await ends.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (stopping.IsCancellationRequested)
                return looked;
        }
    }

    /// <summary>Ends a try of a step, or asks for more time.</summary>
    public async ValueTask<Result<Outcome>> CompleteAsync(ConversationCommand.CompleteStep command, CancellationToken cancellationToken)
    {
        if (command.Outcome == StepOutcome.Done)
        {
            var facts = await FactsAsync(command, cancellationToken);
            if (!facts.TryGet(out var known, out var error))
                return error;
            command = command with { Facts = known.Facts };
        }

        var result = await commands.ExecuteAsync(command, cancellationToken);
        if (result.TryGet(out var outcome, out _) && outcome.Conversation.ReadyStep is not null)
            signal.Tell();
        return result;
    }

    /// <summary>The run of a token, where the step opens this tool for its bearer now.</summary>
    /// <param name="token">The token.</param>
    /// <param name="tool">The tool that is called with it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<Run>> OpenAsync(StepToken token, string tool, CancellationToken cancellationToken)
    {
        try
        {
            if ((await store.LoadAsync(token.Id, null, cancellationToken)).Conversation?.AsOf(time.GetUtcNow()) is not { ErasedAt: null } current)
                return Error.LeaseLost(token);
            if (ConversationDecider.LeaseViolation(current, token) is { } lost)
                return lost;
            // Where the configuration has lost the pipeline, the run ends with the next look.
            if (DefinitionOf(current, token.Step) is not { } step)
                return Error.LeaseLost(token);
            return step.Tools.Contains(tool) ? current.Run! : Error.ToolNotOpened(tool, step.Name, step.Tools);
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }

    /// <summary>Records what the knowledge base was asked for a step.</summary>
    public ValueTask<Result<Outcome>> RecordAsync(Caller caller, StepToken token, IReadOnlyList<ResearchEntry> queries, CancellationToken cancellationToken) =>
        commands.ExecuteAsync(
            new ConversationCommand.RecordQueries { Id = token.Id, Actor = caller.Actor, Roles = caller.Roles, Token = token, Queries = queries }, cancellationToken);

    private async ValueTask<Result<NextStep>> LookAsync(Caller caller, IReadOnlyList<string> roles, TimeSpan lease, CancellationToken cancellationToken)
    {
        try
        {
            var refused = new Dictionary<string, Errors.RateLimited>(StringComparer.Ordinal);
            for (var (most, verified) = (Choice, false); ; verified = true)
            {
                var ready = await store.ListReadyStepsAsync(roles, most, verified, cancellationToken);
                var taken = await TakeAsync(ready, refused, caller, roles, lease, cancellationToken);
                if (ready.Steps.Count == 0 || (taken.TryGet(out var found, out var error) ? verified || found.Step is not null : most == Wide || error is not Errors.RateLimited))
                    return taken;
                // Where all of them were named in vain, or are of customers who have had too many writes, they may hide others.
                if (refused.Count > 0)
                    most = Wide;
            }
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }

    /// <summary>Takes one of these steps; none where others were quicker, and a refusal where customers of theirs have had too many writes.</summary>
    /// <param name="ready">The steps.</param>
    /// <param name="refused">The customers who have had too many writes, as far as this look has met them: their steps are not tried again.</param>
    /// <param name="caller">Who works.</param>
    /// <param name="roles">Which steps.</param>
    /// <param name="lease">How long the caller has the step.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async ValueTask<Result<NextStep>> TakeAsync(
        ReadySteps ready, Dictionary<string, Errors.RateLimited> refused, Caller caller, IReadOnlyList<string> roles, TimeSpan lease, CancellationToken cancellationToken)
    {
        foreach (var steps in ready.Steps.Chunk(Choice))
        {
            random.Shuffle(steps);
            foreach (var step in steps)
            {
                if (refused.Count > 0 && await CustomerOfAsync(step.Id, cancellationToken) is { } customer && refused.ContainsKey(customer))
                    continue;
                var result = await commands.ExecuteAsync(
                    new ConversationCommand.LeaseStep { Id = step.Id, Actor = caller.Actor, Roles = caller.Roles, WorkerRoles = roles, Lease = lease }, cancellationToken);
                if (result.TryGet(out var outcome, out var error))
                {
                    // A change that leaves no step recorded what had run out.
                    if (outcome is { Changed: true, Conversation.LeasedStep: { } taken } && DefinitionOf(outcome.Conversation, taken.Name) is { } definition)
                        return new NextStep(new TakenStep(outcome.Conversation, taken, definition, caller), ready.Later);
                }
                else if (error is Errors.RateLimited limited)
                {
                    // One whose customer has had too many writes keeps nobody from the others.
                    if (await CustomerOfAsync(step.Id, cancellationToken) is { } busy)
                        refused[busy] = limited;
                }
                else if (error.Code is not (ErrorCodes.NotFound or ErrorCodes.LockTimeout or ErrorCodes.StoreDamaged))
                {
                    // Nor does one that is gone, busy or damaged.
                    return error;
                }
            }
        }

        // The refusal that ends first: then there is something to take again.
        return refused.Count > 0 ? refused.Values.MinBy(r => r.RetryAfter)! : new NextStep(null, ready.Later);
    }

    /// <summary>Whose conversation it is; null where it is gone, or cannot be read.</summary>
    private async ValueTask<string?> CustomerOfAsync(ConversationId id, CancellationToken cancellationToken)
    {
        try
        {
            return (store.Remembered(id) ?? (await store.LoadAsync(id, null, cancellationToken)).Conversation)?.UserId;
        }
        catch (StoreDamagedException)
        {
            return null;
        }
    }

    /// <summary>What the records say of the customer, where the step is completed with it. A customer without a record is not entitled: nothing is inferred.</summary>
    private async ValueTask<Result<(CustomerFacts? Facts, bool IsKnown)>> FactsAsync(ConversationCommand.CompleteStep command, CancellationToken cancellationToken)
    {
        try
        {
            // Pipeline and customer of a run never change: what this process remembers of this life will do.
            var current = store.Remembered(command.Id) is { Run: not null } remembered && remembered.Life == command.Token.Life
                ? remembered
                : (await store.LoadAsync(command.Id, null, cancellationToken)).Conversation;
            return current?.Run is { } run && pipelines.Find(run.Pipeline)?.Step(command.Token.Step)?.Has(StepRequirement.Customer) is true
                ? await FactsOfAsync(run.CustomerId, cancellationToken)
                : (null, false);
        }
        catch (StoreException e)
        {
            return e.ToError();
        }
    }

    private async ValueTask<Result<(CustomerFacts? Facts, bool IsKnown)>> FactsOfAsync(string customerId, CancellationToken cancellationToken)
    {
        var found = await customers.GetAsync(customerId, cancellationToken);
        if (!found.TryGet(out var customer, out var error))
            return error.Code == ErrorCodes.CustomerNotFound ? (new CustomerFacts(Entitled: false, null, null), true) : error;
        var runs = await customers.GetSystemAsync(customerId, cancellationToken);
        if (!runs.TryGet(out var system, out error) && error.Code is not (ErrorCodes.NotFound or ErrorCodes.CustomerNotFound))
            return error;
        return (new CustomerFacts(
            customer.Value.IsEntitled(time.GetUtcNow()),
            NeededOf(customer.Value),
            system is null ? null : JsonSerializer.SerializeToElement(system.Value, CustomerJson.Default.CustomerSystem)), true);
    }

    /// <summary>What a worker needs to know of a customer: no address, no telephone number.</summary>
    private static JsonElement NeededOf(Customer c)
    {
        var needed = new JsonObject { ["name"] = c.Name };
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("company", c.Company), ("plan", c.Plan is { } plan ? SnakeCaseEnum.Of(plan) : null), ("locale", c.Locale)])
        {
            if (value is not null)
                needed[name] = value;
        }

        return JsonSerializer.SerializeToElement(needed, ConversationJson.Readable.JsonObject);
    }

    private PipelineStep? DefinitionOf(Conversation c, string step) => pipelines.Find(c.Run!.Pipeline)?.Step(step);
}
