using System.ComponentModel;
using Microsoft.AspNetCore.Http;

namespace SupportStateMcp.Rest;

/// <summary>A refusal as REST sends it (RFC 9457): the members of the standard, then ours. The facts of its code stand beside them.</summary>
internal sealed record ProblemView
{
    /// <summary>The media type of a problem.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Describes a route that can answer with a problem of this status.</summary>
    public static ProducesResponseTypeMetadata Answers(int status) => new(status, typeof(ProblemView), [MediaType]);

    /// <summary>No page of its own stands behind a problem: the code says what it is (RFC 9457, section 4.2.1).</summary>
    [Description("about:blank: code says what it is.")]
    public string Type { get; init; } = "about:blank";

    [Description("The status in words.")]
    public required string Title { get; init; }

    [Description("The HTTP status.")]
    public required int Status { get; init; }

    [Description("What was refused, and what is allowed instead.")]
    public required string Detail { get; init; }

    [Description("What it is, for programs; stable. docs/errors.md lists the codes.")]
    public required string Code { get; init; }

    [Description("Whether the same request can be done a moment later.")]
    public required bool Retryable { get; init; }
}
