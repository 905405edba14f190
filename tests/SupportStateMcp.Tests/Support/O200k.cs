using Microsoft.ML.Tokenizers;

namespace SupportStateMcp.Tests.Support;

/// <summary>What a text costs a model, in tokens of o200k_base. One vocabulary serves all tests: it takes 40 MB and most of a second to make.</summary>
internal static class O200k
{
    private static readonly TiktokenTokenizer s_tokenizer = TiktokenTokenizer.CreateForEncoding("o200k_base");

    public static int Count(string text) => s_tokenizer.CountTokens(text);
}
