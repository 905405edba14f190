namespace SupportStateMcp.Memory;

/// <summary>The bounds of what is remembered, in characters unless said otherwise.</summary>
public static class MemoryLimits
{
    public const int Text = 2_000;

    public const int Key = 100;

    /// <summary>How many topics.</summary>
    public const int Topics = 10;

    public const int Topic = 50;

    public const int Source = 200;

    /// <summary>The id of a memory: a record and one of its texts.</summary>
    public const int MemoryId = 40;

    /// <summary>What is recalled for.</summary>
    public const int Query = 4_000;

    /// <summary>How many memories one call recalls at most.</summary>
    public const int Recalled = 20;

    /// <summary>How many it recalls where the call does not say.</summary>
    public const int DefaultRecalled = 5;

    /// <summary>Of the newest memories, where nobody asks for anything, one of so many at most is the desk's: a customer's own are not crowded out.</summary>
    public const int SolutionShare = 4;

    /// <summary>How many more conversations, beside the first one, a text is kept for that said the same.</summary>
    public const int OtherSources = 10;

    /// <summary>How many texts under one key are kept, the valid one included; the oldest go first.</summary>
    public const int TextsOfKey = 20;

    /// <summary>A profile, in bytes of JSON.</summary>
    public const int ProfileBytes = 32_768;

    /// <summary>How deep the JSON of a profile is.</summary>
    public const int ProfileDepth = 16;

    /// <summary>How many values a conversation's session holds.</summary>
    public const int SessionValues = 50;

    /// <summary>All values of a conversation's session as they are kept, with their keys, in bytes: one answer has room for them.</summary>
    public const int SessionTotalBytes = 40_960;

    public const int SessionKey = 100;

    /// <summary>One value of a session, in bytes of JSON.</summary>
    public const int SessionBytes = 16_384;

    /// <summary>A text as a value of a session.</summary>
    public const int SessionText = 4_096;

    /// <summary>How long a value of a session lives where the call does not say, in seconds.</summary>
    public const int DefaultSessionSeconds = 300;

    /// <summary>The longest that one lives, in seconds: a day.</summary>
    public const int SessionSeconds = 86_400;

    /// <summary>How many of a customer's memories one answer lists.</summary>
    public const int Listed = 100;
}
