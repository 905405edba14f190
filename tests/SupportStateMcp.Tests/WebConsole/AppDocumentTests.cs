using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SupportStateMcp.WebConsole;

namespace SupportStateMcp.Tests.WebConsole;

/// <summary>The documents for hosts, as they are put together.</summary>
public sealed class AppDocumentTests
{
    private static readonly Uri s_address = new("http://127.0.0.1:3001");

    [Theory]
    [InlineData("approval-view.js")]
    [InlineData("conversation-view.js")]
    public void It_is_whole_small_and_its_policy_names_its_script_and_its_style(string entry)
    {
        var text = new AppDocument("A view", entry).Write(s_address, decides: false);

        Assert.InRange(Encoding.UTF8.GetByteCount(text), 10_000, 100_000);
        Assert.DoesNotMatch(new Regex("^(import|export) ", RegexOptions.Multiline), text);
        Assert.DoesNotMatch(new Regex(@"^ *(/\*\*|\*/|//(?! [\w-]+\.js$))", RegexOptions.Multiline), text);
        Assert.DoesNotMatch(@"<link|<img|src=|@import|url\(|\bfetch\(|EventSource|XMLHttpRequest|WebSocket", text);
        Assert.Contains($"script-src 'sha256-{Digest(text, "script")}'; style-src 'sha256-{Digest(text, "style")}';", text, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
    }

    [Fact]
    public void What_the_reader_is_told_is_written_as_text()
    {
        var text = new AppDocument("A <view>", "approval-view.js").Write(new Uri("http://desk.example/?x=<script>&\"'"), decides: true);

        Assert.Contains("<title>A &lt;view&gt;</title>", text, StringComparison.Ordinal);
        Assert.Matches("<meta name=\"support-console\" content=\"http://desk\\.example/[^\"<>]*&amp;[^\"<>]*\">\n<meta name=\"support-decides\" content=\"true\">\n", text);
    }

    [Fact]
    public void Where_there_is_no_console_none_is_named() => Assert.Contains(
        "<meta name=\"support-console\" content=\"\">\n<meta name=\"support-decides\" content=\"false\">\n", new AppDocument("A view", "approval-view.js").Write(null, decides: false), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_is_noticed() => Assert.Contains(
        "There is no Assets/nothing.js.", Assert.Throws<InvalidOperationException>(() => new AppDocument("A view", "nothing.js")).Message, StringComparison.Ordinal);

    /// <summary>A module goes before those that import it, and the host's go in the place of the console's.</summary>
    [Fact]
    public void Every_module_is_there_once_and_behind_those_that_it_imports()
    {
        var text = new AppDocument("A view", "conversation-view.js").Write(null, decides: false);
        var modules = Regex.Matches(text, @"^const (\w+_js) = ", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToList();

        Assert.Equal(modules.Distinct(), modules);
        Assert.Equal("conversation_view_js", modules[^1]);
        Assert.All(Regex.Matches(text, @"= (\w+_js);$", RegexOptions.Multiline), m => Assert.InRange(
            modules.IndexOf(m.Groups[1].Value), 0, modules.IndexOf(Regex.Matches(text[..m.Index], @"^const (\w+_js) = ", RegexOptions.Multiline)[^1].Groups[1].Value) - 1));
        Assert.Contains("ui/initialize", text, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Console", text, StringComparison.Ordinal);
    }

    private static string Digest(string document, string element) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(
        Regex.Match(document, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value)));
}
