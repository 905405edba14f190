using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.ConformanceHost;

/// <summary>Tools that need input from the client: they end a round with questions and go on in the next (SEP-2322).</summary>
internal sealed class AskingTools
{
    [McpServerTool(Name = "test_input_required_result_elicitation"), Description("Asks for a name.")]
    public string Elicitation(RequestContext<CallToolRequestParams> call) =>
        call.Params.InputResponses.Field("user_name", "name") is { } name
            ? $"Hello, {name}!"
            : throw Questions.Ask("user_name", Questions.Text("What is your name?", "name"));

    [McpServerTool(Name = "test_input_required_result_sampling"), Description("Asks the client's model.")]
    public string Sampling(RequestContext<CallToolRequestParams> call) =>
        call.Params.InputResponses.Find("capital_question", InputResponse.CreateMessageResultJsonTypeInfo) is { } answer
            ? $"The model said: {answer.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text}"
            : throw Questions.Ask("capital_question", Questions.Sampling("What is the capital of France?"));

    [McpServerTool(Name = "test_input_required_result_list_roots"), Description("Asks for the client's roots.")]
    public string ListRoots(RequestContext<CallToolRequestParams> call) =>
        call.Params.InputResponses.Find("client_roots", InputResponse.ListRootsResultJsonTypeInfo) is { } answer
            ? $"The roots are: {string.Join(", ", answer.Roots.Select(r => r.Uri))}"
            : throw Questions.Ask("client_roots", Questions.Roots());

    [McpServerTool(Name = "test_input_required_result_request_state"), Description("Gives the client state to bring back.")]
    public string RequestState(RequestContext<CallToolRequestParams> call) => Confirmed(call, "state-ok");

    [McpServerTool(Name = "test_input_required_result_tampered_state"), Description("Refuses state that is not its own.")]
    public string TamperedState(RequestContext<CallToolRequestParams> call) => Confirmed(call, "confirmed");

    [McpServerTool(Name = "test_input_required_result_multiple_inputs"), Description("Asks three things at once.")]
    public string MultipleInputs(RequestContext<CallToolRequestParams> call)
    {
        if (SignedState.Open(call.Params.RequestState) is not null && call.Params.InputResponses is { Count: >= 3 })
            return "All three are answered.";

        throw new InputRequiredException(
            new Dictionary<string, InputRequest>
            {
                ["user_name"] = Questions.Text("What is your name?", "name"),
                ["greeting"] = Questions.Sampling("Generate a greeting"),
                ["client_roots"] = Questions.Roots(),
            },
            SignedState.Sign("three-asked"));
    }

    [McpServerTool(Name = "test_input_required_result_multi_round"), Description("Asks in two rounds.")]
    public string MultiRound(RequestContext<CallToolRequestParams> call) => SignedState.Open(call.Params.RequestState) switch
    {
        "name-asked" => throw Questions.Ask(
            "step2", Questions.Text("Step 2: What is your favorite color?", "color"), SignedState.Sign("color-asked")),
        "color-asked" => $"You like {call.Params.InputResponses.Field("step2", "color")}.",
        _ => throw Questions.Ask("step1", Questions.Text("Step 1: What is your name?", "name"), SignedState.Sign("name-asked")),
    };

    [McpServerTool(Name = "test_input_required_result_capabilities"), Description("Asks only what the client can answer.")]
    public string Capabilities(RequestContext<CallToolRequestParams> call)
    {
        if (call.Params.InputResponses is { Count: > 0 })
            return "Answered.";

        var client = call.Server.ClientCapabilities;
        var questions = new Dictionary<string, InputRequest>();
        if (client?.Sampling is not null)
            questions["capital_question"] = Questions.Sampling("What is the capital of France?");
        if (client?.Elicitation is not null)
            questions["user_name"] = Questions.Text("What is your name?", "name");
        return questions.Count > 0 ? throw new InputRequiredException(questions) : "There is nothing this client could answer.";
    }

    private static string Confirmed(RequestContext<CallToolRequestParams> call, string result) =>
        SignedState.Open(call.Params.RequestState) is not null
            ? result
            : throw Questions.Ask("confirm", Questions.Confirmation(), SignedState.Sign("confirmation-asked"));
}
