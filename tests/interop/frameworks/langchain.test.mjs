// @langchain/mcp-adapters, and the agent of langchain on LangChain's own fake model.
import { AIMessage } from '@langchain/core/messages';
import { fakeModel } from '@langchain/core/testing';
import { createAgent } from 'langchain';
import { tryOut } from './desk.mjs';
import { documented } from './documented.mjs';

tryOut('LangChain', async transport => {
  const { client, tools } = await documented('LangChain', transport);
  return {
    tools: tools.map(t => t.name),
    async call(name, args) {
      try {
        const answer = await tools.find(t => t.name === name).invoke(args);
        return { text: answer.text, failed: false };
      } catch (error) {
        return { text: error.message, failed: true };
      }
    },
    async converse(calls) {
      const model = calls.reduce((m, [name, args]) => m.respondWithTools([{ name, args }]), fakeModel()).respond(new AIMessage('Done.'));
      await createAgent({ model, tools }).invoke({ messages: [{ role: 'user', content: 'Where is my parcel?' }] });
      return model.calls.map(c => c.messages);
    },
    close: () => client.close(),
  };
});
