using System.Text.RegularExpressions;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>A name for a version of a conversation, to look at it again or to go back to it.</summary>
/// <param name="Name">Its name, as <see cref="Pattern"/> describes it; unique in the conversation.</param>
/// <param name="Version">The version that it names.</param>
/// <param name="By">Who named it.</param>
/// <param name="At">When.</param>
public sealed partial record Checkpoint(string Name, long Version, Actor By, DateTimeOffset At)
{
    /// <summary>How many a conversation keeps; a new one takes the place of the oldest, whose version can still be named by its number.</summary>
    public const int Most = 20;

    /// <summary>How long a name is, in characters.</summary>
    public const int NameLength = 50;

    /// <summary>What a name looks like. It begins with a letter, so that no version is one.</summary>
    public const string Pattern = "^[A-Za-z][A-Za-z0-9._-]{0,49}$";

    /// <summary>The same in words.</summary>
    public const string Words = "a name of 1 to 50 letters, digits, dots, underscores and hyphens, the first a letter, for example before-refund";

    public static bool IsName(string text) => NameRegex().IsMatch(text);

    // \z, not $: a trailing newline is no part of a name.
    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9._-]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameRegex();
}
