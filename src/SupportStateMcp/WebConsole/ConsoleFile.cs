namespace SupportStateMcp.WebConsole;

/// <summary>A file of the console, as it is sent.</summary>
/// <param name="Type">Its media type, with the charset.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Tag">The entity tag: a digest of the content, in quotes.</param>
internal sealed record ConsoleFile(string Type, byte[] Content, string Tag);
