using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.ConformanceHost;

/// <summary>The suite's prompts.</summary>
internal sealed class FixturePrompts
{
    [McpServerPrompt(Name = "test_simple_prompt"), Description("A prompt without arguments.")]
    public string Simple() => "This is a simple prompt for testing.";

    [McpServerPrompt(Name = "test_prompt_with_arguments"), Description("A prompt with two arguments.")]
    public string WithArguments([Description("The first.")] string arg1, [Description("The second.")] string arg2) =>
        $"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'";

    [McpServerPrompt(Name = "test_prompt_with_embedded_resource"), Description("A prompt that holds a resource.")]
    public IEnumerable<PromptMessage> WithResource([Description("The resource's URI.")] string resourceUri) =>
    [
        Say(new EmbeddedResourceBlock
        {
            Resource = new TextResourceContents { Uri = resourceUri, MimeType = "text/plain", Text = "Embedded resource content for testing." },
        }),
        Say(new TextContentBlock { Text = "Please process the embedded resource above." }),
    ];

    [McpServerPrompt(Name = "test_prompt_with_image"), Description("A prompt that holds a picture.")]
    public IEnumerable<PromptMessage> WithImage() =>
    [
        Say(ImageContentBlock.FromBytes(Samples.Png, "image/png")),
        Say(new TextContentBlock { Text = "Please analyze the image above." }),
    ];

    [McpServerPrompt(Name = "test_input_required_result_prompt"), Description("A prompt that asks for its context.")]
    public PromptMessage Asking(RequestContext<GetPromptRequestParams> request) =>
        request.Params.InputResponses.Field("user_context", "context") is { } context
            ? Say(new TextContentBlock { Text = $"Go on with this context: {context}" })
            : throw Questions.Ask("user_context", Questions.Text("What context should the prompt use?", "context"));

    private static PromptMessage Say(ContentBlock content) => new() { Role = Role.User, Content = content };
}
