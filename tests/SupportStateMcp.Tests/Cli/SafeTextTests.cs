using SupportStateMcp.Cli;

namespace SupportStateMcp.Tests.Cli;

public class SafeTextTests
{
    [Theory]
    [InlineData("plain, é, 中文, 👩‍👩‍👧", "plain, é, 中文, 👩‍👩‍👧")]
    [InlineData("two\r\nlines\rthree", "two\nlines\nthree")]
    [InlineData("\u001b[2J\u0000\u007f", "␛[2J␀␡")]
    [InlineData("\u009b31m", "<U+009B>31m")]
    [InlineData("a\u202eb\u2066c\ufeff", "a<U+202E>b<U+2066>c<U+FEFF>")]
    [InlineData("tab\there", "tab    here")]
    [InlineData("[red]markup[/]", "[red]markup[/]")]
    public void What_moves_a_terminal_is_shown_instead_of_done(string written, string shown) => Assert.Equal(shown, SafeText.Text(written));

    [Fact]
    public void Half_a_character_is_none() => Assert.Equal("half \ufffd", SafeText.Text("half \ud83d"));

    [Fact]
    public void A_line_stays_one() => Assert.Equal("a b c d", SafeText.Line("a\nb\r\nc\u2028d"));
}
