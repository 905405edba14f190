using System.Net;
using System.Text.RegularExpressions;
using SupportStateMcp.Events;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>events</c>.</content>
public sealed partial class OptionsReader
{
    private const int MostSinks = 16;
    private const int MostSecrets = 2;

    private static readonly string[] s_sinkTypes = ["webhook", "slack", "teams", "stream", "kafka", "mail"];

    private EventOptions EventsOf(Backend backend)
    {
        var source = Given(_settings.Events.Source) ?? EventOptions.DefaultSource;
        if (!Uri.TryCreate(source, UriKind.RelativeOrAbsolute, out _) || source.Any(char.IsWhiteSpace))
            _violations.Add($"events.source: '{source}' is no URI reference; use one such as /desk or https://desk.example.");
        if (Given(_root["events:sinks"]) is not null)
            _violations.Add("events.sinks: it is a list of objects with name and type, not a text.");
        var sinks = new List<SinkOptions>();
        foreach (var (index, given) in (_settings.Events.Sinks ?? []).OrderBy(s => s.Key.Length).ThenBy(s => s.Key, StringComparer.Ordinal))
        {
            var key = $"events.sinks.{index}";
            var name = Given(given.Name) ?? "";
            if (!SinkName().IsMatch(name))
                _violations.Add($"{key}.name: '{name}' is no name of a sink; use 1 to 32 lower-case letters, digits and hyphens, the first a letter.");
            else if (sinks.Any(s => s.Subscription.Name == name))
                _violations.Add($"{key}.name: there is another sink '{name}'; give each a name of its own.");
            foreach (var topic in (given.Topics ?? []).Where(t => !EventTopics.All.Contains(t)))
                _violations.Add($"{key}.topics: '{topic}' is not valid; use {string.Join(", ", EventTopics.All)}.");
            if (ComesBack(given))
                _violations.Add($"{key}: it appends to the topic '{Given(_settings.Events.Kafka.Intake)}', from which events.kafka.intake takes events; give one of them another topic.");
            var subscription = new EventSubscription(name, given.Topics ?? [], Switch($"{key}.content", given.Content, false));
            sinks.Add(Given(given.Type) switch
            {
                "webhook" => new SinkOptions(subscription) { Webhook = Webhook(key, given, WebhookFormat.CloudEvent) },
                "slack" => new SinkOptions(subscription) { Webhook = Webhook(key, given, WebhookFormat.Slack) },
                "teams" => new SinkOptions(subscription) { Webhook = Webhook(key, given, WebhookFormat.Teams) },
                "stream" => new SinkOptions(subscription) { Stream = StreamOf(key, given, backend) },
                "kafka" => new SinkOptions(subscription) { Bus = Kafka(key, given.Brokers, given.Settings) is { } bus ? new BusOptions(bus, Given(given.Topic)) : null },
                "mail" => new SinkOptions(subscription with { WithContent = true }) { Mail = Mail(key, given) },
                var other => Violation(new SinkOptions(subscription), $"{key}.type: '{other}' is none of these; use {string.Join(", ", s_sinkTypes)}."),
            });
        }

        if (sinks.Count > MostSinks)
            _violations.Add($"events.sinks: there are {sinks.Count}; a desk tells at most {MostSinks}.");
        var intake = Given(_settings.Events.Intake);
        if (intake is not null && backend != Backend.Redis)
            _violations.Add("events.intake: it is a stream of Redis, and the store is not; use persistence.backend: redis, or POST /events.");
        if (intake is not null && sinks.Any(s => s.Stream?.Name == intake))
            _violations.Add($"events.intake: events are told to the stream '{intake}', and would come back; name another.");
        return new EventOptions(source, sinks) { Intake = intake is null ? null : new StreamOptions(intake, 0), BusIntake = BusIntake() };
    }

    private WebhookOptions? Webhook(string key, SinkSettings given, WebhookFormat format)
    {
        if ((Given(given.Stream) ?? Given(given.MaxLength)) is not null)
            _violations.Add($"{key}: stream and maxLength are for the type stream; leave them out.");
        var allowsPrivate = Switch($"{key}.allowPrivate", given.AllowPrivate, false);
        var url = Address($"{key}.url", given.Url, "https://example.com/hooks");
        if (Given(given.Url) is null)
            _violations.Add($"{key}.url: it is missing; name the address that events are posted to.");
        if (url is { Scheme: "http" } && !allowsPrivate)
            _violations.Add($"{key}.url: events leave this machine over https alone; use https, or allowPrivate: true for an address of a private network.");
        if (url is not null && !allowsPrivate && IPAddress.TryParse(url.DnsSafeHost, out var address) && !PublicAddress.Is(address))
            _violations.Add($"{key}.url: {url.Host} is no public address; where it is meant, set allowPrivate: true.");
        // A secret that is none is not repeated.
        var secrets = (given.Secrets ?? []).Select(WebhookSignature.ParseSecret).ToList();
        if (secrets.Contains(null))
            _violations.Add($"{key}.secrets: one of them is no secret; use whsec_ and 24 to 64 random bytes in base64, for example whsec_$(openssl rand -base64 32).");
        if (secrets.Count > MostSecrets)
            _violations.Add($"{key}.secrets: there are {secrets.Count}; use at most {MostSecrets}, the second while one takes over from the other.");
        return url is null ? null : new WebhookOptions { Url = url, Secrets = [.. secrets.OfType<byte[]>()], AllowsPrivate = allowsPrivate, Format = format };
    }

    private StreamOptions? StreamOf(string key, SinkSettings given, Backend backend)
    {
        if ((Given(given.Url) ?? Given(given.AllowPrivate) ?? given.Secrets?.FirstOrDefault()) is not null)
            _violations.Add($"{key}: url, secrets and allowPrivate are for web addresses; leave them out.");
        if (backend != Backend.Redis)
            _violations.Add($"{key}.type: a stream is one of Redis, and the store is not; use persistence.backend: redis, or another type.");
        return new StreamOptions(Given(given.Stream) ?? "support-events", Number($"{key}.maxLength", given.MaxLength, 100_000, 100, 10_000_000, "events"));
    }

    private BusIntake? BusIntake()
    {
        var given = _settings.Events.Kafka;
        if (Given(given.Intake) is { } topic)
            return Kafka("events.kafka", given.Brokers, given.Settings) is { } bus ? new BusIntake(bus, topic) : null;
        if (Given(given.Brokers) is not null)
            _violations.Add("events.kafka.intake: it is missing; name the topic that events are taken from. Sinks of the type kafka have brokers of their own.");
        return null;
    }

    /// <summary>True where a sink appends to the topic of Kafka that events are taken from.</summary>
    private bool ComesBack(SinkSettings sink) => Given(sink.Type) == "kafka"
        && Given(_settings.Events.Kafka.Intake) is { } intake
        && Servers(sink.Brokers).Intersect(Servers(_settings.Events.Kafka.Brokers), StringComparer.OrdinalIgnoreCase).Any()
        && (Given(sink.Topic) is { } topic ? topic == intake : EventTopics.All.Contains(intake) && (sink.Topics is not { Count: > 0 } topics || topics.Contains(intake)));

    private static string[] Servers(string? brokers) => brokers?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private IEventBus? Kafka(string key, string? brokers, Dictionary<string, string>? settings)
    {
        if (Given(brokers) is not { } servers)
            return Violation<IEventBus?>(null, $"{key}.brokers: they are missing; name them as host:port, with commas between them.");
        if (PluginDirectory() is not { } directory)
            return null;
        var (bus, missing) = PartOf<IEventBus>(Plugin.Kafka, directory);
        if (missing is not null)
            _violations.Add($"{key}: kafka {missing}");
        if (bus is null)
            return null;
        try
        {
            bus.Open(new EventBusOptions(servers, settings ?? []));
            return bus;
        }
        catch (ArgumentException e)
        {
            return Violation<IEventBus?>(null, $"{key}.settings: {e.Message}");
        }
    }

    private MailSinkOptions? Mail(string key, SinkSettings given)
    {
        var (host, from) = (Given(given.Host), Given(given.From));
        if (host is null)
            _violations.Add($"{key}.host: it is missing; name the mail server.");
        var isAddress = from?.Contains('@', StringComparison.Ordinal) is true;
        if (!isAddress)
            RefuseFrom();
        var security = Given(given.Security) switch
        {
            null or "starttls" => MailSecurity.StartTls,
            "tls" => MailSecurity.Tls,
            "none" => MailSecurity.None,
            var other => Violation(MailSecurity.StartTls, $"{key}.security: '{other}' is none of these; use starttls, tls or none."),
        };
        var port = Number($"{key}.port", given.Port, security == MailSecurity.Tls ? 465 : 587, 1, 65_535, "");
        if (Given(given.User) is null != Given(given.Password) is null)
            _violations.Add($"{key}: user and password go together; set both, or neither. A password is better in the variable SUPPORTSTATE__EVENTS__SINKS__N__PASSWORD than in a file.");
        if (PluginDirectory() is not { } directory)
            return null;
        var (transport, missing) = PartOf<IMailTransport>(Plugin.Mail, directory);
        if (missing is not null)
            _violations.Add($"{key}: mail {missing}");
        // What can be read as an address, only the one that sends letters knows.
        if (isAddress && transport?.IsAddress(from!) is false)
            RefuseFrom();
        return host is null || from is null || transport is null ? null : new MailSinkOptions(
            new MailOptions(new MailServer(host, port, security) { User = Given(given.User), Password = Given(given.Password) }, from, Given(given.Subject) ?? $"Your request {MailSink.TicketMark}"),
            transport);

        void RefuseFrom() => _violations.Add($"{key}.from: '{from}' is no address; name who sends the letters, for example Support <support@desk.example>.");
    }

    [GeneratedRegex(@"^[a-z][a-z0-9-]{0,31}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SinkName();
}
