// Runs the lines of docs/clients.md that connect a framework, so that what is written there is what is tried here.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { guardedUrl, server } from '../packages.mjs';

const document = readFileSync(new URL('../../../docs/clients.md', import.meta.url), 'utf8');
// Below node_modules, so that the lines find the framework's packages, and git does not find them.
const folder = fileURLToPath(new URL('node_modules/.documented', import.meta.url));

// What stands in the document for the reader's own, and what it is here.
const own = {
  http: { 'http://127.0.0.1:3001/mcp': guardedUrl.href, 'ssm_...': process.env.AGENT_TOKEN },
  stdio: { '/home/maria/support-state/SupportStateMcp': server, '/home/maria/support': process.env.FRAMEWORKS_DATA },
};

let runs = 0;

/** What the lines for this framework and transport define, by name; `http` or `stdio`. */
export async function documented(framework, transport) {
  const section = document.split(/^#{2,3} /m).find(s => s.startsWith(`${framework}\n`));
  assert.ok(section, `docs/clients.md has a section "${framework}"`);
  const [marker] = Object.keys(own[transport]);
  let lines = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(m => m[1]).find(b => b.includes(marker));
  assert.ok(lines, `"${framework}" shows how to connect over ${transport}`);
  for (const [theirs, here] of Object.entries(own[transport])) {
    assert.ok(lines.includes(theirs), `the lines name ${theirs}`);
    lines = lines.replaceAll(theirs, here);
  }

  const names = [...lines.matchAll(/^const (\w+)/gm)].map(m => m[1]);
  const file = `${folder}/${process.pid}-${++runs}.mjs`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${lines}\nexport { ${names.join(', ')} };\n`);
  try {
    return await import(file);
  } finally {
    rmSync(file);
  }
}
