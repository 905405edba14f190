using System.Collections;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

public class MetadataOptionsTests
{
    [Fact]
    public void Without_anything_custom_facts_are_free() => Assert.Null(Read(null).Options!.Facts);

    [Fact]
    public void A_schema_is_read_from_one_text() => Assert.NotEmpty(
        Read("""{"type":"object","required":["order"]}""").Options!.Facts!.Violations(OneConversation.Facts("""{"a":1}""")));

    [Theory]
    [InlineData("order")]
    [InlineData("[1]")]
    public void What_is_no_schema_is_said(string text) => Assert.Equal(
        ["metadata.schema: it is no JSON Schema; write it as JSON in one text."], Read(text).Violations);

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(string? schema) => OptionsReader.Read(
        OptionsSources.Read(null, new Hashtable(), schema is null ? [] : new Dictionary<string, string?> { ["metadata:schema"] = schema }), null);
}
