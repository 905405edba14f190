using System.Globalization;

namespace SupportStateMcp.Tests.Support;

/// <summary>How much the tests do that are short in the suite and as long as one likes on demand; docs/testing.md lists them.</summary>
internal static class TestAmounts
{
    /// <summary>How many times a server is killed under load, on each store: <c>SUPPORTSTATE_TEST_KILLS</c>.</summary>
    public static int Kills(int usual) => Of("SUPPORTSTATE_TEST_KILLS", usual);

    /// <summary>How many random calls the memory gets, on each store: <c>SUPPORTSTATE_TEST_MEMORY_CALLS</c>.</summary>
    public static int MemoryCalls(int usual) => Of("SUPPORTSTATE_TEST_MEMORY_CALLS", usual);

    /// <summary>How many random texts the knowledge base is asked for: <c>SUPPORTSTATE_TEST_QUERIES</c>.</summary>
    public static int Queries(int usual) => Of("SUPPORTSTATE_TEST_QUERIES", usual);

    /// <summary>How many generated conversations are fitted into a context: <c>SUPPORTSTATE_TEST_CONTEXTS</c>.</summary>
    public static int Contexts(int usual) => Of("SUPPORTSTATE_TEST_CONTEXTS", usual);

    /// <exception cref="FormatException">The variable is set, and is no number.</exception>
    private static int Of(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : usual;
}
