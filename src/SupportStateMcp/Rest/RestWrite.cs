using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Rest;

/// <summary>Who makes a request; the parameter of routes that read.</summary>
internal sealed record RestCaller(Caller Caller) : IBindableFromHttpContext<RestCaller>
{
    public static ValueTask<RestCaller?> BindAsync(HttpContext context, ParameterInfo parameter) => ValueTask.FromResult<RestCaller?>(new(Of(context)));

    /// <summary>The caller of a request. No client of REST says its name: without a token it is <c>--actor</c>, else <c>ai:unknown</c>.</summary>
    internal static Caller Of(HttpContext context) => context.RequestServices.GetRequiredService<ConnectionIdentity>().Of(context.User, clientName: null);
}

/// <summary>
/// A write as it came: who makes it, its body, and the headers that every write takes. The parameter of routes that change
/// something; what cannot be read is told at once, with all that is wrong.
/// </summary>
/// <typeparam name="T">The body: a record whose members are the route's, those that must be there <c>required</c>.</typeparam>
internal sealed class RestWrite<T> : IBindableFromHttpContext<RestWrite<T>>, IEndpointParameterMetadataProvider where T : class
{
    private readonly T? _body;
    private readonly IResult? _refusal;

    private RestWrite(Caller caller, T? body, IResult? refusal) => (Caller, _body, _refusal) = (caller, body, refusal);

    public Caller Caller { get; }

    /// <summary>The client's key for this write, under which it is done once; null where there is none.</summary>
    public string? IdempotencyKey { get; private init; }

    /// <summary>The version that the client expects; null where any will do.</summary>
    public long? ExpectedVersion { get; private init; }

    /// <summary>Takes the write apart: true with the body, or false with the answer that refuses it.</summary>
    public bool TryGet([NotNullWhen(true)] out T? body, [NotNullWhen(false)] out IResult? refusal)
    {
        (body, refusal) = (_body, _refusal);
        return body is not null;
    }

    public static async ValueTask<RestWrite<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var faults = new List<Errors.InvalidArgument>();
        var (key, version) = (RestHeaders.ReadKey(context.Request.Headers, faults), RestHeaders.ReadVersion(context.Request.Headers, faults));
        var (body, refusal) = await JsonBody.ReadAsync<T>(context, faults);
        if (faults.Count > 0)
            (body, refusal) = (null, refusal ?? ProblemReply.Of(faults[0] with { Others = [.. faults.Skip(1)] }));
        return new RestWrite<T>(RestCaller.Of(context), body, refusal) { IdempotencyKey = key, ExpectedVersion = version };
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
        builder.Metadata.Add(WriteHeaders.Taken);
        foreach (var status in (ReadOnlySpan<int>)[400, 412, 413, 415, 422])
            builder.Metadata.Add(ProblemView.Answers(status));
    }
}

/// <summary>Marks a route that takes the headers of a write.</summary>
internal sealed class WriteHeaders
{
    public static readonly WriteHeaders Taken = new();
}
