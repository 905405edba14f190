using SupportStateMcp.Briefs;

namespace SupportStateMcp.Tests.Briefs;

public class SafeTextTests
{
    [Theory]
    [InlineData("plain, é, 中文, 👩‍👩‍👧", "plain, é, 中文, 👩‍👩‍👧")]
    [InlineData("two\r\nlines\rthree", "two\nlines\nthree")]
    [InlineData("\u001b[2J\u0000\u007f", "␛[2J␀␡")]
    [InlineData("\u009b31m", "<U+009B>31m")]
    [InlineData("a\u202eb\u2066c\ufeff", "a<U+202E>b<U+2066>c<U+FEFF>")]
    [InlineData("a\u2028b\u0085c", "a<U+2028>b<U+0085>c")]
    [InlineData("tab\there", "tab    here")]
    [InlineData("[red]markup[/]", "[red]markup[/]")]
    public void What_moves_a_terminal_or_hides_is_shown_instead_of_done(string written, string shown) => Assert.Equal(shown, SafeText.Text(written));

    [Theory]
    [InlineData("می\u200cخواهم", "می\u200cخواهم")]
    [InlineData("acc\u200dount\u200c", "acc<U+200D>ount<U+200C>")]
    [InlineData("\u200d", "<U+200D>")]
    public void Joiners_stay_where_scripts_are_written_with_them_alone(string written, string shown) => Assert.Equal(shown, SafeText.Text(written));

    [Fact]
    public void Half_a_character_is_none() => Assert.Equal("half \ufffd", SafeText.Text("half \ud83d"));

    [Fact]
    public void A_line_stays_one()
    {
        Assert.Equal("a b c d", SafeText.Line("a\nb\r\nc\u2028d"));
        Assert.Equal("a  ␛ b", SafeText.Line("a  \u001b b"));
    }

    [Fact]
    public void A_compact_text_has_one_blank_between_its_words() => Assert.Equal("a ␛ b <U+202E>c", SafeText.Compact(" a\t \n\u001b\u2028b \u202ec\r\n"));
}
