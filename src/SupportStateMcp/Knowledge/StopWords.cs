using System.Collections.Frozen;

namespace SupportStateMcp.Knowledge;

/// <summary>
/// English words that carry no subject. Each is common in every text, and a question of several sentences holds dozens of them:
/// left in, they decide what is found (measured: hit@5 0.50 instead of 0.95). Words that a support desk may ask for by themselves (get,
/// make, first, need) are none.
/// </summary>
internal static class StopWords
{
    private static readonly FrozenSet<string> s_words = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        [
            // Articles, pronouns, determiners.
            .. "a an the i me my myself mine we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself".Split(' '),
            .. "it its itself they them their theirs themselves this that these those who whom whose which what another each every either neither".Split(' '),
            .. "all any both few more most other some such same own whole none many much".Split(' '),
            // Auxiliary verbs, and what is left of them after an apostrophe.
            .. "am is are was were be been being have has had having do does did doing can cannot could may maybe might must shall should will would".Split(' '),
            .. "don doesn didn isn aren wasn weren won d s t m ll ve re".Split(' '),
            // Prepositions and conjunctions.
            .. "about above after against along among at before below between by down during except for from in into of off on onto out over per since through".Split(' '),
            .. "to toward towards under until unless up upon via with within without and but or nor if because as than while whether although though either else".Split(' '),
            // Adverbs and what people say for politeness.
            .. "again already also always ever even how however just never no not now often once only perhaps quite rather really so still then there therefore".Split(' '),
            .. "thus together too very here further when whenever where why whatever like likely let yes yet instead please thank thanks tell say says said".Split(' '),
            .. "etc use used using want wants able".Split(' '),
        ]);

    public static bool Contains(ReadOnlySpan<char> word) => s_words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
}
