using System.Text;

namespace SupportStateMcp.Embeddings.Local;

/// <summary>
/// Letters without their accents, as the model knows them: a word with one would be unknown to it. The program runs without data of cultures,
/// where the base class library does not decompose letters. Source: Unicode 15, canonical decomposition, for the letters of Latin alphabets.
/// </summary>
internal static class Accents
{
    private const char First = '\u00C0';
    private const char FirstAdditional = '\u1E00';

    /// <summary>What stands for U+00C0 to U+024F.</summary>
    private const string Letters =
        "AAAAAAÆCEEEEIIIIÐNOOOOO×ØUUUUYÞßaaaaaaæceeeeiiiiðnooooo÷øuuuuyþyAaAaAaCcCcCcCcDdĐđEeEeEeEeEeGgGgGgGgHhĦħIiIiIiIiIıĲĳJjKkĸLlLlLlĿŀŁłNnNnNnŉŊŋOoOoOoŒœRrRrRrSsSsSsSsTtTtŦŧUuUuUuUuUuUuWwYyYZzZzZzſ" +
        "ƀƁƂƃƄƅƆƇƈƉƊƋƌƍƎƏƐƑƒƓƔƕƖƗƘƙƚƛƜƝƞƟOoƢƣƤƥƦƧƨƩƪƫƬƭƮUuƱƲƳƴƵƶƷƸƹƺƻƼƽƾƿǀǁǂǃǄǅǆǇǈǉǊǋǌAaIiOoUuUuUuUuUuǝAaAaÆæǤǥGgKkOoOoƷʒjǱǲǳGgǶǷNnAaÆæØøAaAaEeEeIiIiOoOoRrRrUuUuSsTtȜȝHhȠȡȢȣȤȥAaEeOoOoOoOoYyȴȵȶȷȸȹȺȻȼȽȾȿɀɁɂɃɄɅɆɇɈɉɊɋɌɍɎɏ";

    /// <summary>What stands for U+1E00 to U+1EFF.</summary>
    private const string AdditionalLetters =
        "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv" +
        "WwWwWwWwWwXxXxYyZzZzZzhtwyẚſẜẝẞẟAaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYyỺỻỼỽỾỿ";

    /// <summary>A text without accents.</summary>
    public static string Removed(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var letters = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            // Combining marks stand by themselves in decomposed text.
            if (letter is >= '\u0300' and <= '\u036F')
                continue;
            letters.Append(
                letter >= First && letter - First < Letters.Length ? Letters[letter - First]
                : letter >= FirstAdditional && letter - FirstAdditional < AdditionalLetters.Length ? AdditionalLetters[letter - FirstAdditional]
                : letter);
        }

        return letters.ToString();
    }
}
