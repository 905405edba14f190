using System.Reflection;
using System.Text.RegularExpressions;
using SupportStateMcp.Cli;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Rest;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>An error is a code and facts; each face has its own sentence for each of them.</summary>
public partial class ErrorMessagesTests
{
    public static TheoryData<int> Samples() => [.. Enumerable.Range(0, ErrorSamples.All.Count)];

    [Fact]
    public void There_is_a_sample_of_every_error_every_factory_and_every_code()
    {
        Assert.Equal(
            typeof(Error).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Error))).Select(t => t.Name).Order(),
            ErrorSamples.All.Select(s => s.Error.GetType().Name).Distinct().Order());
        Assert.Equal(
            typeof(Error).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.ReturnType == typeof(Error)).Select(m => m.Name).Order(),
            ErrorSamples.All.Select(s => s.Factory).Distinct().Order());
        Assert.Equal(
            typeof(ErrorCodes).GetFields().Select(f => (string)f.GetRawConstantValue()!).Order(),
            ErrorSamples.All.Select(s => s.Error.Code).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Each_face_words_it_for_its_reader(int sample)
    {
        var error = ErrorSamples.All[sample].Error;

        // A model is told tools, a person commands, a program routes; each in whole sentences.
        Assert.All([McpErrorMessages.Of(error), RestErrorMessages.Of(error)], sentence => Assert.DoesNotContain("SupportStateMcp", sentence, StringComparison.Ordinal));
        Assert.All([CliErrorMessages.Of(error), RestErrorMessages.Of(error)], sentence => Assert.DoesNotMatch(Tools(), sentence));
        Assert.All([McpErrorMessages.Of(error), CliErrorMessages.Of(error), RestErrorMessages.Of(error)], sentence => Assert.Matches(@"[.?]$", sentence));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_facts_are_no_sentence_and_do_not_hide_code_and_message(int sample)
    {
        var facts = ErrorSamples.All[sample].Error.Facts;

        Assert.NotEmpty(facts);
        Assert.DoesNotContain("code", facts.Select(f => f.Key));
        Assert.DoesNotContain("message", facts.Select(f => f.Key));
    }

    [GeneratedRegex(@"\b(get|initialize|begin|complete|await|request|reopen|list|transition|update|use|add)_[a-z]+\b", RegexOptions.CultureInvariant)]
    private static partial Regex Tools();
}
