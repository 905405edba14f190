// @mastra/mcp, and the agent of @mastra/core on its own mock model.
import { Agent } from '@mastra/core/agent';
import { MastraLanguageModelV2Mock } from '@mastra/core/test-utils/llm-mock';
import { tryOut } from './desk.mjs';
import { documented } from './documented.mjs';

const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
// Mastra names a tool after its server.
const prefix = 'support_';

tryOut('Mastra', async transport => {
  const { client, tools } = await documented('Mastra', transport);
  return {
    tools: Object.keys(tools).map(name => name.slice(prefix.length)),
    async call(name, args) {
      try {
        return { text: JSON.stringify(await tools[prefix + name].execute(args, {})), failed: false };
      } catch (error) {
        return { text: error.message, failed: true };
      }
    },
    async converse(calls) {
      const answers = [
        ...calls.map(([name, args], i) => ({
          content: [{ type: 'tool-call', toolCallId: `call-${i}`, toolName: prefix + name, input: JSON.stringify(args) }],
          finishReason: 'tool-calls', usage, warnings: [],
        })),
        { content: [{ type: 'text', text: 'Done.' }], finishReason: 'stop', usage, warnings: [] },
      ];
      // A function: of an array, this mock leaves the first one out.
      let next = 0;
      const model = new MastraLanguageModelV2Mock({ doGenerate: async () => answers[next++] });
      const agent = new Agent({ id: 'support', name: 'Support', instructions: 'Help.', model, tools });
      await agent.generate('Where is my parcel?', { maxSteps: answers.length });
      return model.doGenerateCalls.map(c => c.prompt);
    },
    close: () => client.disconnect(),
  };
});
