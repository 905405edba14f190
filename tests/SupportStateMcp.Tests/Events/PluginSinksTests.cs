using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Events;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Events;

/// <summary>The sinks that plug-ins bring, loaded as a user's configuration loads them: Kafka, on the cluster that its library brings for tests, and e-mail.</summary>
public sealed class PluginSinksTests : IAsyncDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly FakeTime _time = new();
    private readonly List<MemoryDesk> _made = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var desk in _made)
            await desk.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Kafka_gets_each_event_under_the_key_of_its_conversation_and_in_the_topic_of_its_topic()
    {
        using var kafka = new KafkaCluster();
        var desk = Create(("events:sinks:0:name", "log"), ("events:sinks:0:type", "kafka"), ("events:sinks:0:brokers", kafka.Brokers));
        await using var publishing = desk.Get<EventPublisher>().Start();

        await desk.DoAsync(TestConversations.Initialize(), TestConversations.Message("m-1", "a secret message"), TestConversations.Message("m-2"));

        var requests = await Task.Run(() => kafka.Read(EventTopics.CustomerRequests, 3, _time.Advance), Stop);
        Assert.Equal(3, requests.Count);
        Assert.All(requests, r => Assert.Equal(("cs-TKT-001", "application/cloudevents+json; charset=UTF-8"), (r.Key, r.Type)));
        Assert.Equal(["conversation_initialized", "message_added", "message_added"], requests.Select(r => (string?)JsonNode.Parse(r.Value)!["data"]!["event_type"]));
        Assert.DoesNotContain(requests, r => r.Value.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_of_kafka_brings_requests_and_messages_each_once_and_what_cannot_be_taken_is_rejected()
    {
        using var kafka = new KafkaCluster();
        var desk = Create(("events:kafka:brokers", kafka.Brokers), ("events:kafka:intake", "customer.requests"));
        await desk.DoAsync(TestConversations.Initialize());
        const string Message = """{"specversion":"1.0","id":"e-1","source":"/mail","type":"customer.message","data":{"ticket_id":"TKT-001","content":"Hello?"}}""";
        // The last is another one: once it is there, those before it have been taken.
        foreach (var e in (string[])[Message, "nonsense", Message, Message.Replace("e-1", "e-2", StringComparison.Ordinal).Replace("Hello?", "Anybody?", StringComparison.Ordinal)])
            await kafka.SendAsync("customer.requests", e);

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var consuming = desk.Get<BusConsumer>().RunAsync(ends.Token);
        var rejected = await Task.Run(() => kafka.Read("customer.requests.rejected", 1), Stop);
        await Eventually.TrueAsync(async () => (await MessagesAsync(desk)).Contains("Anybody?"), () => "The last message is not there.");
        await ends.CancelAsync();
        await consuming;

        Assert.StartsWith("It is no event", (string?)JsonNode.Parse(Assert.Single(rejected).Value)!["reason"], StringComparison.Ordinal);
        Assert.Equal(["Hello?", "Anybody?"], await MessagesAsync(desk));
    }

    [Fact]
    public async Task A_kafka_that_is_not_there_says_so_and_a_setting_that_is_none_is_refused_without_its_value()
    {
        var (options, _) = LocalModel.Read(("events:sinks:0:name", "log"), ("events:sinks:0:type", "kafka"), ("events:sinks:0:brokers", "127.0.0.1:1"));
        await using var bus = options!.Events.Sinks[0].Bus!.Bus;
        Assert.StartsWith("Kafka has not taken it: ", await bus.AppendAsync("t", "k", "{}"u8.ToArray(), Stop), StringComparison.Ordinal);

        var (_, violations) = LocalModel.Read(
            ("events:sinks:0:name", "log"), ("events:sinks:0:type", "kafka"), ("events:sinks:0:brokers", "127.0.0.1:1"),
            ("events:sinks:0:settings:no.such.setting", "hunter2"));
        Assert.StartsWith("events.sinks.0.settings: ", Assert.Single(violations), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", violations[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_no_events_come_from_kafka_is_told_once()
    {
        var (options, _) = LocalModel.Read(("events:kafka:brokers", "127.0.0.1:1"), ("events:kafka:intake", "requests"));
        var desk = Create();
        var log = new LogLines<BusConsumer>();
        await using var consumer = new BusConsumer(options!.Events.BusIntake!.Bus, new BusIntakeOptions("requests"), desk.Get<IntakeMessages>(), log);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        var consuming = consumer.RunAsync(ends.Token);
        await Eventually.TrueAsync(() => log.Lines.Count >= 2, () => string.Join('\n', log.Lines));
        await ends.CancelAsync();
        await consuming;

        Assert.All(log.Lines, l => Assert.StartsWith("Warning: Events of the topic requests cannot be taken: ", l, StringComparison.Ordinal));
        Assert.Equal(log.Lines.Count, log.Lines.Distinct().Count());
    }

    [Theory]
    [InlineData("k1:9092", "", "", true)]
    [InlineData("K2:9092, k1:9092", "", "", true)]
    [InlineData("k1:9092", "customer.requests", "human.approvals", true)]
    [InlineData("k1:9092", "", "human.approvals", false)]
    [InlineData("k1:9092", "audit", "", false)]
    [InlineData("other:9092", "", "", false)]
    public void What_is_told_to_kafka_does_not_come_back(string brokers, string topic, string topics, bool comesBack)
    {
        var (_, violations) = LocalModel.Read(
            ("events:kafka:brokers", "k1:9092,k2:9092"), ("events:kafka:intake", "customer.requests"), ("events:sinks:0:name", "log"), ("events:sinks:0:type", "kafka"),
            ("events:sinks:0:brokers", brokers), ("events:sinks:0:topic", topic), (topics.Length > 0 ? "events:sinks:0:topics:0" : "events:sinks:0:subject", topics));

        Assert.Equal(
            comesBack ? ["events.sinks.0: it appends to the topic 'customer.requests', from which events.kafka.intake takes events; give one of them another topic."] : [], violations);
    }

    [Fact]
    public async Task A_mail_server_that_asks_for_a_password_says_so()
    {
        await using var mail = TestMailServer.Start(asksForPassword: true);
        var sink = LocalModel.Options(Mail(mail)).Events.Sinks[0].Mail!;

        var delivery = await sink.Transport.SendAsync(sink.Mail.Server, new MailLetter("id@desk.test", sink.Mail.From, "ann@customer.test", "s", "t"), Stop);

        Assert.Equal($"127.0.0.1:{mail.Port} asks for a user and a password.", delivery.Failure);
    }

    [Fact]
    public async Task What_the_desk_tells_a_customer_goes_to_their_address_word_for_word()
    {
        await using var mail = TestMailServer.Start();
        var desk = Create(Mail(mail));
        await SaveAsync(desk, "CUST001", "ann@customer.test");
        await using var publishing = desk.Get<EventPublisher>().Start();
        var id = TestConversations.Id("TKT-7");

        await desk.DoAsync(
            TestConversations.Initialize(id, "CUST001"), TestConversations.Message("c-1", "Help", id),
            TestConversations.Message("n-1", "a note", id) with { Role = MessageRole.Assistant, Visibility = Visibility.Internal },
            TestConversations.Message("a-1", "Restart it.\n\nÄrger vorbei.", id) with { Role = MessageRole.Assistant });

        await Eventually.TrueAsync(() => Passing(mail.Letters.Count > 0), () => "No letter came.");
        var answered = (await desk.Get<EventReader>().ReadAsync(id, 0, 100, Stop)).Last(e => e.Topic == EventTopics.NotificationsOutbound);
        using var read = MimeKit.MimeMessage.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Assert.Single(mail.Letters))), Stop);
        Assert.Equal(
            ("ann@customer.test", "support@desk.test", "Your request TKT-7", $"{answered.Id.Replace(':', '.')}.{answered.Time.UtcTicks}@desk.test", "Restart it.\n\nÄrger vorbei."),
            (read.To.Mailboxes.Single().Address, read.From.Mailboxes.Single().Address, read.Subject, read.MessageId, read.TextBody!.ReplaceLineEndings("\n").TrimEnd('\n')));
    }

    [Fact]
    public async Task A_letter_that_can_never_arrive_is_a_dead_letter_at_once()
    {
        await using var mail = TestMailServer.Start();
        mail.Unknown.Add("gone@customer.test");
        var desk = Create(Mail(mail));
        await SaveAsync(desk, "CUST001", null);
        await SaveAsync(desk, "CUST002", "gone@customer.test");
        await using var publishing = desk.Get<EventPublisher>().Start();

        foreach (var (n, customer) in (string[])["CUST001", "CUST002", "CUST009"] is var all ? all.Index() : [])
        {
            var id = TestConversations.Id($"TKT-{n}");
            await desk.DoAsync(TestConversations.Initialize(id, customer), TestConversations.Message("a-1", "Restart it.", id) with { Role = MessageRole.Assistant });
        }

        IReadOnlyList<DeadLetter> letters = [];
        await Eventually.TrueAsync(async () => Passing((letters = await desk.Get<EventDeliveries>().DeadLettersAsync(null, Stop)).Count == 3), () => $"{letters.Count} dead letters");
        Assert.Equal(
            ["The customer has no e-mail address.", $"127.0.0.1:{mail.Port} refuses it with 550.", "There is no such customer."],
            letters.OrderBy(l => l.EventId, StringComparer.Ordinal).Select(l => l.Reason));
        Assert.Empty(mail.Letters);
    }

    [Fact]
    public void Starttls_is_never_left_out()
    {
        var (options, _) = LocalModel.Read(("events:sinks:0:name", "letters"), ("events:sinks:0:type", "mail"), ("events:sinks:0:host", "mail.test"), ("events:sinks:0:from", "support@desk.test"));

        Assert.Equal((MailSecurity.StartTls, 587, true), (options!.Events.Sinks[0].Mail!.Mail.Server.Security, options.Events.Sinks[0].Mail!.Mail.Server.Port, options.Events.Sinks[0].Subscription.WithContent));
    }

    [Fact]
    public async Task A_server_without_tls_gets_no_letter_where_tls_is_asked_for()
    {
        await using var mail = TestMailServer.Start();
        var (options, _) = LocalModel.Read(
            ("events:sinks:0:name", "letters"), ("events:sinks:0:type", "mail"), ("events:sinks:0:host", "127.0.0.1"), ("events:sinks:0:port", $"{mail.Port}"), ("events:sinks:0:from", "support@desk.test"));
        var sink = options!.Events.Sinks[0].Mail!;

        var delivery = await sink.Transport.SendAsync(sink.Mail.Server, new MailLetter("id@desk.test", sink.Mail.From, "ann@customer.test", "s", "t"), Stop);

        Assert.Equal($"127.0.0.1:{mail.Port} cannot be used: NotSupportedException.", delivery.Failure);
        Assert.Empty(mail.Letters);
    }

    private static (string, string)[] Mail(TestMailServer mail) =>
    [
        ("events:source", "https://desk.test"), ("events:sinks:0:name", "letters"), ("events:sinks:0:type", "mail"), ("events:sinks:0:host", "127.0.0.1"),
        ("events:sinks:0:port", $"{mail.Port}"), ("events:sinks:0:security", "none"), ("events:sinks:0:from", "Support <support@desk.test>"),
    ];

    private static async Task SaveAsync(MemoryDesk desk, string customer, string? email)
    {
        var saved = await desk.Get<CustomerService>().SaveAsync(
            new SaveCustomer { Actor = new Actor(ActorKind.Human, "sue"), Roles = Roles.Supervisor, CustomerId = customer, Name = "Ann", Email = email }, Stop);
        Assert.Null(saved.Error);
    }

    private static async Task<IEnumerable<string>> MessagesAsync(MemoryDesk desk) =>
        (await desk.Conversations.ReadMessagesAsync(TestConversations.Id(), long.MaxValue, 10, long.MaxValue, Stop)).OrderBy(m => m.Number).Select(m => m.Content);

    /// <summary>The clock goes on while something is waited for, so that an attempt that takes too long on a busy machine is made again.</summary>
    private bool Passing(bool isSo)
    {
        if (!isSo)
            _time.Advance(TimeSpan.FromMilliseconds(10));
        return isSo;
    }

    private MemoryDesk Create(params (string, string)[] keys)
    {
        var desk = new MemoryDesk(LocalModel.Options(keys) with { Backend = Backend.Sqlite, Directory = _folder.Path }, _time);
        _made.Add(desk);
        return desk;
    }
}
