using System.Text.Json.Nodes;

namespace SupportStateMcp.Conversations;

/// <content>Refusals of what is to be remembered or forgotten.</content>
public abstract partial record Error
{
    public static Error NoSuchMemory(string memoryId) => new Errors.NoSuchMemory(memoryId);

    /// <summary>What all customers would share holds personal data.</summary>
    /// <param name="argument">Which argument holds it.</param>
    /// <param name="kinds">What it is.</param>
    public static Error PersonalData(string argument, IReadOnlyList<string> kinds) => new Errors.PersonalData(argument, kinds);

    /// <summary>A conversation's session holds as much as it may.</summary>
    public static Error SessionFull(int limit, int bytes) => new Errors.SessionFull(limit, bytes);
}

public static partial class Errors
{
    public sealed record NoSuchMemory(string MemoryId) : Error(ErrorCodes.NotFound)
    {
        public override JsonObject Facts => new() { ["memory_id"] = MemoryId };
    }

    /// <param name="Argument">Which argument holds it.</param>
    /// <param name="Kinds">What it is: email, phone, card or iban.</param>
    public sealed record PersonalData(string Argument, IReadOnlyList<string> Kinds) : Error(ErrorCodes.PersonalData)
    {
        public override JsonObject Facts => new() { ["argument"] = Argument, ["kinds"] = Texts(Kinds) };
    }

    /// <param name="Limit">How many values a session holds.</param>
    /// <param name="Bytes">How long they are together at most, in bytes of JSON.</param>
    public sealed record SessionFull(int Limit, int Bytes) : Error(ErrorCodes.LimitReached)
    {
        public override JsonObject Facts => new() { ["limit"] = Limit, ["bytes"] = Bytes };
    }
}
