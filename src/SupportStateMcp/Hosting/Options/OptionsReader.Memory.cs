using SupportStateMcp.Memory;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>memory</c>.</content>
public sealed partial class OptionsReader
{
    private MemoryOptions Memory()
    {
        var given = _settings.Memory;
        var (age, idle) = (Number("memory.maxAgeDays", given.MaxAgeDays, 730, 0, 36_500, "days, 0 for no end"), Number("memory.maxIdleDays", given.MaxIdleDays, 365, 0, 36_500, "days, 0 for no end"));
        return new MemoryOptions
        {
            MaxAge = age == 0 ? null : TimeSpan.FromDays(age),
            MaxIdle = idle == 0 ? null : TimeSpan.FromDays(idle),
            MostPerCustomer = Number("memory.maxPerCustomer", given.MaxPerCustomer, 500, 1, 10_000, "memories"),
            MostSolutions = Number("memory.maxSolutions", given.MaxSolutions, 10_000, 1, 100_000, "memories"),
            Episodes = Switch("memory.episodes", given.Episodes),
            Drafts = Switch("memory.drafts", given.Drafts),
        };
    }

    private bool Switch(string key, string? text) => Given(text)?.ToLowerInvariant() switch
    {
        null or "true" => true,
        "false" => false,
        _ => Violation(true, $"{key}: '{text}' is neither true nor false."),
    };
}
