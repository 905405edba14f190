using Microsoft.Extensions.Logging;
using ModelContextProtocol;

namespace SupportStateMcp.Hosting;

/// <summary>
/// The loggers of this server. The SDK logs every exception of a handler as an error, with its stack, also one that only
/// says no to a client (<see cref="McpProtocolException"/>). A refusal is no error of this server: it is logged at debug
/// level. So is a start that failed: the one who started it is told in a sentence, not by a stack.
/// </summary>
internal sealed class RefusalLogging(LoggerFactory loggers) : ILoggerFactory
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>"Hosting failed to start"; the exception goes on to the caller.</summary>
    private const int HostFailedToStart = 11;

    public ILogger CreateLogger(string categoryName) => new Logger(loggers.CreateLogger(categoryName), categoryName == HostCategory);

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    public void Dispose()
    {
        // The inner factory belongs to the container.
    }

    private sealed class Logger(ILogger inner, bool isHost) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(exception is McpProtocolException || (isHost && eventId.Id == HostFailedToStart) ? LogLevel.Debug : logLevel, eventId, state, exception, formatter);
    }
}
