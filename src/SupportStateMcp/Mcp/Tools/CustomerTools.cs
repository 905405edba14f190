using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools that read and record customers and what they run.</summary>
[McpServerToolType]
[Toolset(Toolsets.Crm)]
public sealed class CustomerTools(CustomerService customers, StepService steps, ConnectionCaller callers, TimeProvider time)
{
    private const string CustomerId = "For example CUST001.";
    private const string OfStep = "The step_token of next_step, instead: its ticket's customer.";
    private const string Custom = "Custom facts to set, by key; a null removes its key.";

    [McpServerTool(Name = "lookup_customer", Title = "Look up a customer", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(CustomerView))]
    [Description("Finds a customer by customer_id or by email: who they are, whether support is owed to them (entitled), and their open conversations. entitled is what counts; never infer it from plan or name.")]
    [Requires]
    [OpenedByStep]
    public async Task<CallToolResult> LookupCustomer(
        [Description(CustomerId), StringLength(Limits.UserId, MinimumLength = 1)] string? customer_id = null,
        [Description("The customer's address, instead."), StringLength(CustomerLimits.Email, MinimumLength = 1)] string? email = null,
        [Description(OfStep), StringLength(StepToken.MaxTokenLength, MinimumLength = 1)] string? step_token = null,
        CancellationToken cancellationToken = default)
    {
        var ofStep = await CustomerOfAsync(step_token, "lookup_customer", customer_id, cancellationToken);
        if (!ofStep.TryGet(out var id, out var error))
            return ToolReply.Of(error);
        if (step_token is not null && email is not null)
            return ToolReply.Of(Error.InvalidArgument("email", "a step_token opens the customer of its own ticket alone; leave email out"));
        return ToolReply.Of(await customers.LookUpAsync(new CustomerQuery(id, email), cancellationToken), details => new CustomerView(details));
    }

    [McpServerTool(Name = "lookup_system_info", Title = "Look up what a customer runs", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(SystemView))]
    [Description("Reads what a customer runs: Dapr version, platform, cloud provider, applications with their versions. Call it before you give technical advice.")]
    [Requires]
    [OpenedByStep]
    public async Task<CallToolResult> LookupSystemInfo(
        [Description(CustomerId), StringLength(Limits.UserId, MinimumLength = 1)] string? customer_id = null,
        [Description(OfStep), StringLength(StepToken.MaxTokenLength, MinimumLength = 1)] string? step_token = null,
        CancellationToken cancellationToken = default)
    {
        var ofStep = await CustomerOfAsync(step_token, "lookup_system_info", customer_id, cancellationToken);
        if (!ofStep.TryGet(out var id, out var error))
            return ToolReply.Of(error);
        return id is null
            ? ToolReply.Of(Error.InvalidArgument("customer_id", "it is required, unless you send the step_token of a ticket's step"))
            : ToolReply.Of(await customers.GetSystemAsync(id, cancellationToken), system => new SystemView(system));
    }

    [McpServerTool(Name = "save_customer", Title = "Record a customer", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(CustomerSavedView))]
    [Description("Records a new customer, or changes only what you pass of one. Never pass payment data.")]
    [Requires(typeof(SaveCustomer))]
    public async Task<CallToolResult> SaveCustomer(
        RequestContext<CallToolRequestParams> call,
        [Description(CustomerId), StringLength(Limits.UserId, MinimumLength = 1)] string customer_id,
        [Description("Required for a new customer."), StringLength(CustomerLimits.Name, MinimumLength = 1)] string? name = null,
        [Description("The customer's company."), StringLength(CustomerLimits.Company, MinimumLength = 1)] string? company = null,
        [Description("The customer can be looked up by it."), StringLength(CustomerLimits.Email, MinimumLength = 1)] string? email = null,
        [Description("The customer's telephone number."), StringLength(CustomerLimits.Phone, MinimumLength = 1)] string? phone = null,
        [Description("What was bought; it entitles to nothing."), AllowedValues("enterprise", "professional", "basic")] string? plan = null,
        [Description("Whether support is owed.")] bool? support_entitlement = null,
        [Description("Until when: 2027-12-31, or a time with its zone."), StringLength(CustomerLimits.Time, MinimumLength = 1)] string? entitled_until = null,
        [Description("For example en-US."), StringLength(CustomerLimits.Locale, MinimumLength = 1)] string? locale = null,
        [Description("All tags; they replace those before."), ItemCount(0, CustomerLimits.Tags), ItemLength(1, CustomerLimits.Tag)] string[]? tags = null,
        [Description(Custom)] Dictionary<string, JsonElement>? custom = null,
        [Description(Describe.ExpectedVersion), Range(0, Limits.Number)] long? expected_version = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await customers.SaveAsync(new SaveCustomer
        {
            Actor = caller.Actor,
            Roles = caller.Roles,
            CustomerId = customer_id,
            Name = name,
            Company = company,
            Email = email,
            Phone = phone,
            Plan = SnakeCaseEnum.Parse<SupportPlan>(plan),
            SupportEntitlement = support_entitlement,
            EntitledUntil = entitled_until,
            Locale = locale,
            Tags = tags,
            Custom = custom,
            ExpectedVersion = expected_version,
        }, cancellationToken);
        return ToolReply.Of(result, saved => CustomerSavedView.Of(saved, time.GetUtcNow()));
    }

    [McpServerTool(Name = "save_system_info", Title = "Record what a customer runs", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(SystemSavedView))]
    [Description("Records what a customer runs, or changes only what you pass of it.")]
    [Requires(typeof(SaveSystem))]
    public async Task<CallToolResult> SaveSystemInfo(
        RequestContext<CallToolRequestParams> call,
        [Description(CustomerId), StringLength(Limits.UserId, MinimumLength = 1)] string customer_id,
        [Description("For example kubernetes; required at first."), StringLength(CustomerLimits.Platform, MinimumLength = 1)] string? platform = null,
        [Description("For example azure; required at first."), StringLength(CustomerLimits.CloudProvider, MinimumLength = 1)] string? cloud_provider = null,
        [Description("For example 1.15.5."), StringLength(CustomerLimits.Version, MinimumLength = 1)] string? dapr_version = null,
        [Description("All applications; they replace those before."), ItemCount(0, CustomerLimits.Applications)] ApplicationView[]? applications = null,
        [Description(Custom)] Dictionary<string, JsonElement>? custom = null,
        [Description(Describe.ExpectedVersion), Range(0, Limits.Number)] long? expected_version = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await customers.SaveAsync(new SaveSystem
        {
            Actor = caller.Actor,
            Roles = caller.Roles,
            CustomerId = customer_id,
            DaprVersion = dapr_version,
            Platform = platform,
            CloudProvider = cloud_provider,
            Applications = applications?.Select(a => new InstalledApplication(a.Name, a.Version)).ToList(),
            Custom = custom,
            ExpectedVersion = expected_version,
        }, cancellationToken);
        return ToolReply.Of(result, SystemSavedView.Of);
    }

    /// <summary>The customer of a step's ticket; without a token the one that was asked for.</summary>
    private async ValueTask<Result<string?>> CustomerOfAsync(string? stepToken, string tool, string? customerId, CancellationToken cancellationToken)
    {
        if (stepToken is null)
            return customerId;
        if (!StepToken.Parse(stepToken).TryGet(out var token, out var unread))
            return unread;
        var opened = await steps.OpenAsync(token, tool, cancellationToken);
        if (!opened.TryGet(out var run, out var error))
            return error;
        return customerId is null || customerId == run.CustomerId
            ? run.CustomerId
            : Error.InvalidArgument("customer_id", "a step_token opens the customer of its own ticket alone; leave customer_id out", SentValue.Quoted(customerId));
    }
}
