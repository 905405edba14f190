using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Bounds the bytes in flight: of the requests whose answers can be long, so many are served at a time, from the read of the
/// store to the last byte on the wire. The others, which are most, do not wait for them.
/// </summary>
/// <param name="tools">Those that take <c>max_characters</c> can answer at length.</param>
/// <param name="time">Measures patience.</param>
internal sealed class LongAnswers(IEnumerable<McpServerTool> tools, TimeProvider time) : IDisposable
{
    /// <summary>How many at a time. An answer of 60,000 characters takes about 1 MB while it is made and written.</summary>
    public const int AtATime = 48;

    /// <summary>How long a request waits for its turn.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FrozenSet<string> _tools = tools.OfType<CatalogueTool>()
        .Where(t => t.Arguments.GetProperty("properties").TryGetProperty("max_characters", out _))
        .Select(t => t.ProtocolTool.Name).ToFrozenSet(StringComparer.Ordinal);

    private readonly SemaphoreSlim _turns = new(AtATime, AtATime);

    /// <summary>True where the answer can be long.</summary>
    public bool IsOne(JsonRpcMessage? message) => message is JsonRpcRequest request && request.Method switch
    {
        RequestMethods.ResourcesRead or RequestMethods.PromptsGet => true,
        RequestMethods.ToolsCall => (request.Params as JsonObject)?["name"] is JsonValue name
            && name.GetValueKind() == JsonValueKind.String && _tools.Contains(name.GetValue<string>()),
        _ => false,
    };

    /// <summary>Waits for a turn, which ends with <see cref="Leave"/>; false where none came in time.</summary>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        if (_turns.Wait(0, CancellationToken.None))
            return true;
        using var patience = new CancellationTokenSource(Patience, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _turns.WaitAsync(ends.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Leave() => _turns.Release();

    public void Dispose() => _turns.Dispose();
}
