using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>metadata</c>.</content>
public sealed partial class OptionsReader
{
    private FactsSchema? Facts() => Given(_settings.Metadata.Schema) is not { } text ? null
        : ResultSchema.TryParse(text) is { } schema ? new FactsSchema(schema)
        : Violation<FactsSchema?>(null, "metadata.schema: it is no JSON Schema; write it as JSON in one text.");
}
