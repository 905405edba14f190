using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Events;
using SupportStateMcp.Memory;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Storage.Sqlite;

namespace SupportStateMcp.Hosting;

/// <summary>Puts together what tells other systems what happened.</summary>
internal static class EventSetup
{
    /// <summary>The feed of this process; and the outbox and the sinks, where there are any.</summary>
    public static void AddEvents(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(new EventSource(options.Events.Source));
        services.AddSingleton<EventReader>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<DeadLetters>();
        services.AddSingleton<EventIntake>();
        if (options.Backend == Backend.Redis)
            services.AddSingleton<IEventStream, RedisEventStream>();
        if (options.Events.Intake is { } intake)
            services.AddSingleton(s => ActivatorUtilities.CreateInstance<StreamConsumer>(s, intake));
        services.AddSingleton<IntakeMessages>();
        if (options.Events.BusIntake is { } log)
            services.AddSingleton(s => new BusConsumer(log.Bus, new BusIntakeOptions(log.Topic), s.GetRequiredService<IntakeMessages>(), s.GetRequiredService<ILogger<BusConsumer>>()));
        if (options.Events.Sinks.Count == 0)
        {
            services.AddSingleton<ICommitObserver>(s => s.GetRequiredService<ResolutionWork>());
            return;
        }

        services.AddSingleton(new OutboxSinks([.. options.Events.Sinks.Select(s => s.Subscription.Name)]));
        if (options.Backend == Backend.Redis)
            services.AddSingleton<RedisOutbox>().AddSingleton<IConversationOutbox>(s => s.GetRequiredService<RedisOutbox>());
        else
            services.AddSingleton<SqliteOutbox>().AddSingleton<IConversationOutbox>(s => s.GetRequiredService<SqliteOutbox>());
        foreach (var sink in options.Events.Sinks)
            services.AddSingleton(s => Create(sink, s));
        services.AddSingleton<EventPublisher>();
        services.AddSingleton<EventDeliveries>();
        services.AddSingleton<ICommitObserver>(s => new CommitObservers([s.GetRequiredService<ResolutionWork>(), s.GetRequiredService<EventPublisher>()]));
    }

    private static IEventSink Create(SinkOptions sink, IServiceProvider services) => sink switch
    {
        { Webhook: { } webhook } => new WebhookSink(sink.Subscription, webhook, services.GetRequiredService<TimeProvider>()),
        { Stream: { } stream } => new StreamSink(sink.Subscription, services.GetRequiredService<IEventStream>(), stream.Name, stream.MaxLength),
        { Bus: { } bus } => new BusSink(sink.Subscription, bus.Bus, bus.Topic),
        { Mail: { } mail } => new MailSink(
            sink.Subscription, mail.Mail, mail.Transport, services.GetRequiredService<CustomerService>(), services.GetRequiredService<EventSource>()),
        _ => throw new InvalidOperationException($"The sink {sink.Subscription.Name} is of no sort."),
    };
}

/// <summary>Takes events from a stream as a service of an application.</summary>
internal sealed class StreamConsuming(StreamConsumer consumer) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => consumer.RunAsync(stoppingToken);
}

/// <summary>Takes events from another system's log as a service of an application.</summary>
internal sealed class BusConsuming(BusConsumer consumer) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => consumer.RunAsync(stoppingToken);
}

/// <summary>Tells other systems as a service of an application.</summary>
internal sealed class EventPublishing(EventPublisher publisher) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => publisher.RunAsync(stoppingToken);
}
