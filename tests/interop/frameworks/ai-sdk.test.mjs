// @ai-sdk/mcp, and generateText of the AI SDK on its own mock model.
import { generateText, isStepCount } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { tryOut } from './desk.mjs';
import { documented } from './documented.mjs';

const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };

tryOut('Vercel AI SDK', async transport => {
  const { client, tools } = await documented('Vercel AI SDK', transport);
  return {
    tools: Object.keys(tools),
    async call(name, args) {
      const { content, isError } = await tools[name].execute(args, { toolCallId: '1', messages: [] });
      return { text: content[0].text, failed: isError ?? false };
    },
    async converse(calls) {
      const answers = [
        ...calls.map(([toolName, args], i) => ({
          content: [{ type: 'tool-call', toolCallId: `call-${i}`, toolName, input: JSON.stringify(args) }],
          finishReason: { unified: 'tool-calls' }, usage, warnings: [],
        })),
        { content: [{ type: 'text', text: 'Done.' }], finishReason: { unified: 'stop' }, usage, warnings: [] },
      ];
      const model = new MockLanguageModelV4({ doGenerate: answers });
      await generateText({ model, tools, prompt: 'Where is my parcel?', stopWhen: isStepCount(answers.length) });
      return model.doGenerateCalls.map(c => c.prompt);
    },
    close: () => client.close(),
  };
});
