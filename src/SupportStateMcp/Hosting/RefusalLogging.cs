using Microsoft.Extensions.Logging;
using ModelContextProtocol;

namespace SupportStateMcp.Hosting;

/// <summary>
/// Loggers for the SDK. It logs every exception of a handler as an error, with its stack, also one that only says no to
/// a client (<see cref="McpProtocolException"/>). A refusal is no error of this server: it is logged at debug level.
/// </summary>
internal sealed class RefusalLogging(ILoggerFactory loggers) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Logger(loggers.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    public void Dispose()
    {
        // The factory belongs to whoever made it.
    }

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(exception is McpProtocolException ? LogLevel.Debug : logLevel, eventId, state, exception, formatter);
    }
}
