import { type ConfigKey, docOf } from './key.js';
import { keys } from './schema.js';

const HEAD = `# Configuration of hukz: every key with a description and its default.
# hukz reads this file (or config.json, or config.env) from its working directory. Keys are not case-sensitive. The
# environment takes precedence over the file: HUKZ_PORT=9000 overrides PORT. Durations: 500ms, 5s, 5m, 2h, 1d.
# The six keys without a default are required; their values here fit \`docker compose up postgres nats\`.
`;
const MAX_COLUMNS = 118;

/** The text of `config.yml`. Optional keys are commented out, so that a new default reaches every installation. */
export function configSample(): string {
  return [HEAD, ...keys.map(entry)].join('\n');
}

function entry(key: ConfigKey): string {
  const { required, sample = '', default: defaultText } = key.value;
  const line = required ? `${key.name}: ${sample}` : `# ${key.name}: ${defaultText}`.trimEnd();
  return `${commentLines(docOf(key))}\n${line}\n`;
}

function commentLines(text: string): string {
  const lines = ['#'];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= MAX_COLUMNS) lines.splice(-1, 1, longer);
    else lines.push(`# ${word}`);
  }
  return lines.join('\n');
}
