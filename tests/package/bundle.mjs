// Unpacks a bundle and says how Claude Desktop would start its server: the manifest with its variables filled in.
//   node bundle.mjs BUNDLE FOLDER DATA
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [bundle, folder, data] = process.argv.slice(2);
execFileSync('unzip', ['-q', '-o', bundle, '-d', folder]);
const { server, user_config: settings } = JSON.parse(readFileSync(`${folder}/manifest.json`, 'utf8'));

const given = { data_folder: data, person: 'maria' };
const value = name => {
  if (name === '__dirname') return folder;
  const setting = name.replace(/^user_config\./, '');
  if (!(setting in settings)) throw new Error(`The manifest asks for no ${setting}.`);
  return given[setting] ?? settings[setting].default;
};
const filled = text => text.replace(/\$\{([^}]+)\}/g, (_, name) => value(name));

const { command, args, env } = { ...server.mcp_config, ...server.mcp_config.platform_overrides[process.platform] };
execFileSync('chmod', ['+x', filled(command)]);
console.log(JSON.stringify({
  command: filled(command),
  args: args.map(filled),
  env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, filled(text)])),
}));
