using System.Globalization;
using System.Text;
using SupportStateMcp.Context;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Context;

/// <summary>The estimate is never below what the vocabulary of o200k_base counts.</summary>
public class TokenEstimateTests
{
    private static readonly TokenEstimate s_estimate = new();
    private static readonly string[] s_words = [.. TokenEstimate.CommonPieces];

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("The customer cannot sign in any more since the password was reset.")]
    [InlineData("Größenänderung: 17 Stück, geprüft!")]
    [InlineData("Здравствуйте, я не могу войти")]
    [InlineData("請求書が二重に届きました。返金は 612.40 円です。")]
    [InlineData("🙂🙃👩‍👩‍👧 ﷽ \u200b\u0301")]
    [InlineData("gqgqgqgqgqzjzjxkxk QZQZXJXJ")]
    [InlineData("\t\t\r\n\r\n   \n \u2028\u00a0")]
    [InlineData("<|endoftext|> <|endofprompt|>")]
    [InlineData("{\"a\":[1,22,333,4444,55555],\"b\":\"\\\\n\\u0001\"}")]
    public void It_is_never_too_low(string text) => AssertNotBelow(text);

    [Fact]
    public void It_is_never_too_low_on_what_chance_writes()
    {
        var random = new Random(8);
        for (var n = 0; n < 10_000; n++)
            AssertNotBelow(Text(random));
    }

    [Fact]
    public void It_is_never_too_low_on_what_people_write_and_not_twice_too_high()
    {
        var (exact, estimate) = (0, 0);
        foreach (var file in Directory.GetFiles(Repository.File("docs"), "*.md"))
        {
            var text = File.ReadAllText(file);
            AssertNotBelow(text);
            (exact, estimate) = (exact + O200k.Count(text), estimate + s_estimate.Count(text));
        }

        Assert.InRange((double)estimate / exact, 1.0, 1.8);
    }

    [Fact]
    public void What_it_counts_as_one_is_one()
    {
        Assert.Equal(20_000, TokenEstimate.CommonPieces.Count);
        Assert.All(TokenEstimate.CommonPieces, piece => Assert.Equal(1, O200k.Count(piece)));
    }

    [Fact]
    public void It_knows_which_two_characters_are_one_token()
    {
        // Of ASCII, where two bytes are two characters, and the pair is a piece of its own.
        for (var a = 'A'; a <= 'z'; a++)
        {
            for (var b = 'a'; b <= 'z'; b++)
            {
                if (char.IsAsciiLetter(a))
                    Assert.Equal(O200k.Count($"{a}{b}") == 1, TokenEstimate.IsPair((byte)a, (byte)b));
            }
        }

        for (var c = '\u0080'; c < '\u0800'; c++)
        {
            var bytes = Encoding.UTF8.GetBytes(c.ToString());
            Assert.Equal(O200k.Count(c.ToString()) == 1, TokenEstimate.IsPair(bytes[0], bytes[1]));
        }
    }

    /// <summary>Words, fragments of words, letters of several scripts, signs, blanks and JSON, in any mixture.</summary>
    internal static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var parts = random.Next(1, 40); parts > 0; parts--)
        {
            var length = random.Next(1, 12);
            switch (random.Next(9))
            {
                case 0:
                    text.Append(s_words[random.Next(s_words.Length)]);
                    break;
                case 1:
                    Append(length, () => (char)random.Next('a', 'z' + 1));
                    break;
                case 2:
                    Append(length, () => "qxzjkvwQXZJKVW"[random.Next(14)]);
                    break;
                case 3:
                    Append(length, () => (char)random.Next(' ', '~' + 1));
                    break;
                case 4:
                    Append(length, () => " \t\r\n\u00a0\u2003"[random.Next(6)]);
                    break;
                case 5:
                    Append(length, () => (char)random.Next(0x80, 0x800));
                    break;
                case 6:
                    Append(length, () => (char)random.Next(0x800, 0xd800));
                    break;
                case 7:
                    text.Append(char.ConvertFromUtf32(random.Next(0x1f300, 0x1faff)));
                    break;
                default:
                    text.Append(CultureInfo.InvariantCulture, $"\"{random.Next()}\":{random.NextDouble()},");
                    break;
            }
        }

        return text.ToString();

        void Append(int count, Func<char> next)
        {
            for (; count > 0; count--)
                text.Append(next());
        }
    }

    private static void AssertNotBelow(string text)
    {
        var (exact, estimate) = (O200k.Count(text), s_estimate.Count(text));
        Assert.True(estimate >= exact, $"{estimate} for {exact} tokens of: {System.Text.Json.JsonSerializer.Serialize(text, System.Text.Json.JsonSerializerOptions.Web)}");
    }
}
