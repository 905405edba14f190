using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Rest;

/// <summary><c>GET /events/stream</c> and <c>POST /events</c> of a real server.</summary>
public sealed class EventRoutesTests(EventRoutesTests.Demo demo) : IClassFixture<EventRoutesTests.Demo>
{
    private readonly HttpClient _http = demo.Http;
    private readonly HttpServer _server = demo.Server;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_tells_what_happens_and_goes_on_where_its_reader_left_off()
    {
        string last;
        using (var stream = await OpenAsync("/events/stream?conversation_id=cs-SSE-1"))
        {
            await OpenConversationAsync("SSE-1");
            var (id, data) = await NextAsync(stream);
            Assert.Equal(("cs-SSE-1:1", "cs-SSE-1:1", "1.0", "supportstate.conversation_initialized", "customer.requests"),
                (id, (string?)data["id"], (string?)data["specversion"], (string?)data["type"], (string?)data["topic"]));
            last = (await NextAsync(stream)).Id;
        }

        await OpenConversationAsync("SSE-2");
        using var again = await OpenAsync("/events/stream?topic=customer.requests", last);
        while ((await NextAsync(again)).Id != "cs-SSE-2:1")
        {
            // What came shortly before comes again.
        }
    }

    [Fact]
    public async Task A_stream_is_of_some_topics_or_one_conversation()
    {
        using var stream = await OpenAsync("/events/stream?conversation_id=cs-SSE-4&topic=customer.requests,agent.actions");
        await OpenConversationAsync("SSE-3");
        await OpenConversationAsync("SSE-4");

        Assert.Equal("cs-SSE-4:1", (await NextAsync(stream)).Id);
    }

    [Theory]
    [InlineData("/events/stream?topic=everything", "topic")]
    [InlineData("/events/stream?conversation_id=SSE-1", "conversation_id")]
    public async Task What_cannot_be_asked_for_is_refused(string path, string argument)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), Stop);

        var problem = await RestProbe.JsonOf(response);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_argument", argument), (response.StatusCode, (string?)problem["code"], (string?)problem["argument"]));
    }

    [Fact]
    public async Task Who_left_off_at_what_nobody_knows_is_told_that_something_is_missing()
    {
        using var stream = await OpenAsync("/events/stream", "cs-NEVER:9");

        Assert.Equal("event: missed", await LineAsync(stream));
    }

    [Fact]
    public async Task A_stream_goes_on_where_the_store_cannot_tell_what_its_reader_has_missed()
    {
        await using var server = await RestProbe.StartAsync(configure: services =>
        {
            var store = services.Last(s => s.ServiceType == typeof(IConversationStore)).ImplementationType!;
            services.AddSingleton<IConversationStore>(p => new StoreAround((IConversationStore)ActivatorUtilities.CreateInstance(p, store))
            {
                BeforeEvents = () => throw new StoreUnavailableException("It is gone."),
            });
        });

        using var stream = await OpenAsync(new Uri(server.Address, "/events/stream").ToString(), "cs-TKT-001:1");

        Assert.Equal("event: missed", await LineAsync(stream));
        Assert.DoesNotContain(server.Log.Lines, l => l.StartsWith("Error", StringComparison.Ordinal) || l.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_of_another_system_becomes_a_ticket_and_its_messages_come_once()
    {
        const string Request = """{"specversion":"1.0","id":"e-1","source":"/shop","type":"customer.request","traceparent":"00-1","data":{"ticket_id":"SHOP-1","customer_id":"CUST001","description":"The sidecar does not start."}}""";
        const string Message = """{"specversion":"1.0","id":"e-2","source":"/shop","type":"customer.message","data":{"ticket_id":"SHOP-1","content":"Hello?"}}""";

        var opened = await PostAsync(Request, "application/cloudevents+json");
        var written = await PostAsync(Message);
        var again = await PostAsync(Message);
        var other = await PostAsync(Message.Replace("/shop", "/other", StringComparison.Ordinal));

        Assert.Equal(("cs-SHOP-1", false, "cs-SHOP-1", false), ((string?)opened["conversation_id"], (bool)opened["replayed"]!, (string?)written["conversation_id"], (bool)written["replayed"]!));
        Assert.True((bool)again["replayed"]!);
        Assert.Equal((long)written["version"]!, (long)again["version"]!);
        Assert.False((bool)other["replayed"]!);
        Assert.Equal(2, (await Deployment.HistoryAsync(_server, "cs-SHOP-1")).Count(m => m.GetProperty("content").GetString() == "Hello?"));
        Assert.True((bool)(await PostAsync(Request))["replayed"]!);
    }

    [Theory]
    [InlineData("""{"id":"e","source":"/s","type":"customer.message","data":{}}""", 400, "specversion: it is required")]
    [InlineData("""{"specversion":"0.3","id":"e","source":"/s","type":"customer.message","data":{}}""", 400, "specversion: it is 1.0")]
    [InlineData("""{"specversion":"1.0","id":"","source":"/s","type":"customer.message","data":{}}""", 400, "id")]
    [InlineData("""{"specversion":"1.0","id":"e\nf","source":"/s","type":"customer.message","data":{}}""", 400, "id: it has no control characters")]
    [InlineData("""{"specversion":"1.0","id":"f","source":"/s\ne","type":"customer.message","data":{}}""", 400, "source: it has no control characters")]
    [InlineData("""{"specversion":"1.0","id":"e","source":"/s","type":"customer.rant","data":{}}""", 400, "type: it is one of customer.request, customer.message")]
    [InlineData("""{"specversion":"1.0","id":"e","source":"/s","type":"customer.message","data":"text"}""", 400, "data")]
    [InlineData("""{"specversion":"1.0","id":"e","source":"/s","type":"customer.message","data":{"ticket_id":"no ticket","content":"x"}}""", 400, "data.ticket_id")]
    [InlineData("""{"specversion":"1.0","id":"e","source":"/s","type":"customer.message","data":{"ticket_id":"T-1"}}""", 400, "data.content")]
    [InlineData("""{"specversion":"1.0","id":"e","source":"/s","type":"customer.message","data":{"ticket_id":"NEVER-1","content":"x"}}""", 404, "cs-NEVER-1")]
    [InlineData("""{"specversion":"1.0","id":"e","source":"/s","type":"customer.request","data":{"ticket_id":"T-1","customer_id":"NOBODY","description":"x"}}""", 404, "NOBODY")]
    public async Task An_event_that_cannot_be_taken_is_refused_with_its_reason(string body, int status, string reason)
    {
        var problem = await PostAsync(body);

        Assert.Equal(status, (int?)problem["status"]);
        Assert.Contains(reason, $"{problem["argument"]}: {problem["detail"]}", StringComparison.Ordinal);
    }

    private Task<ToolAnswer> OpenConversationAsync(string ticket) => _server.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = ticket }, Stop);

    private async Task<JsonObject> PostAsync(string body, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(type));
        using var response = await _http.PostAsync(new Uri("/events", UriKind.Relative), content, Stop);
        return await RestProbe.JsonOf(response);
    }

    /// <summary>A stream that has begun: what happens from now on is in it.</summary>
    private async Task<StreamReader> OpenAsync(string path, string? last = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.RelativeOrAbsolute));
        if (last is not null)
            request.Headers.Add("Last-Event-ID", last);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        Assert.Equal(":", await reader.ReadLineAsync(Stop));
        return reader;
    }

    private static async Task<(string Id, JsonObject Data)> NextAsync(StreamReader stream)
    {
        var id = await LineAsync(stream);
        var data = await LineAsync(stream);
        Assert.StartsWith("id: ", id, StringComparison.Ordinal);
        Assert.StartsWith("data: ", data, StringComparison.Ordinal);
        return (id[4..], JsonNode.Parse(data[6..])!.AsObject());
    }

    /// <summary>The next line that says something; after a while without an event, beats come.</summary>
    private static async Task<string> LineAsync(StreamReader stream)
    {
        while (true)
        {
            var line = await stream.ReadLineAsync(Stop) ?? throw new EndOfStreamException();
            if (line == "event: beat")
                Assert.Equal("data: {}", await stream.ReadLineAsync(Stop));
            else if (line.Length > 0 && line != ":")
                return line;
        }
    }

    /// <summary>One demo for the tests of this class, which run one after the other.</summary>
    public sealed class Demo : IAsyncLifetime
    {
        private readonly TemporaryDirectory _directory = new();

        internal HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

        internal HttpServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await HttpServer.StartAsync("--demo", "--data", Path.Combine(_directory.Path, "data"));
            Http.BaseAddress = Server.Address;
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await Server.DisposeAsync();
            _directory.Dispose();
        }
    }
}
