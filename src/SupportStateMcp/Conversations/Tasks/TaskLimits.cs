namespace SupportStateMcp.Conversations;

/// <summary>The bounds of tasks. Characters are UTF-16 code units.</summary>
public static class TaskLimits
{
    /// <summary>How many tasks a conversation keeps; a new one takes the place of the oldest that is done.</summary>
    public const int Tasks = 20;

    /// <summary>How many steps a task has, those that are done among them.</summary>
    public const int Steps = 50;

    /// <summary>One step, in characters.</summary>
    public const int Step = 200;

    /// <summary>The goal of a task, in characters.</summary>
    public const int Goal = 1_000;

    /// <summary>What is kept with one task, in characters of JSON.</summary>
    public const int Data = 4_096;
}
