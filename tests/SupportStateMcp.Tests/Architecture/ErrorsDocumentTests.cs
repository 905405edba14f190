using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Architecture;

public class ErrorsDocumentTests
{
    private const string Rewrite = "SUPPORTSTATE_REWRITE_DOCS";

    private static readonly string s_file = Repository.File("docs", "errors.md");

    /// <summary>With <c>SUPPORTSTATE_REWRITE_DOCS=1</c> this test writes the page, and fails once where that changed it.</summary>
    [Fact]
    public void The_page_of_errors_is_what_the_code_says()
    {
        var before = File.Exists(s_file) ? File.ReadAllText(s_file).ReplaceLineEndings("\n") : "";
        var now = ErrorsDocument.Write();
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
            File.WriteAllText(s_file, now);

        Assert.True(before == now, $"docs/errors.md is not what the code says. Run this test with {Rewrite}=1 and look at the difference.");
    }

    [Fact]
    public void Every_error_has_a_rule_and_every_rule_a_method()
    {
        var page = ErrorsDocument.Write();

        Assert.DoesNotMatch(@"\*\*The rule:\*\*\n\n(?!- )", page);
        Assert.DoesNotContain(".` in [", page, StringComparison.Ordinal);
        Assert.Contains("- `ConversationDecider.NoTransition` in [src/SupportStateMcp/Conversations/Lifecycle/TransitionRules.cs]", page, StringComparison.Ordinal);
    }
}
