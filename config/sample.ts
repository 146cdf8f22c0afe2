import { type Key, keyNames, schema } from './schema.js';

const HEAD = `# hukz' configuration: every key with a sentence and, where it has one, its default.
# The service reads this file (or config.json, or config.env) from its working directory. Keys are taken without regard
# to case; the environment goes before the file: HUKZ_PORT=9000 before PORT. Durations: 500ms, 5s, 5m, 2h, 1d.
# The six keys without a default are required; their values here fit \`docker compose up postgres nats\`.
`;

/** The text of \`config.yml\`: what is not required stands there as a comment, so that a new default reaches everybody. */
export function configSample(): string {
  return [HEAD, ...keyNames.map(entry)].join('\n');
}

function entry(key: Key): string {
  const { required, sample = '', default: usual } = schema[key];
  const line = required ? `${key}: ${sample}` : `# ${key}: ${usual}`.trimEnd();
  return `# ${docOf(key)}\n${line}\n`;
}

function docOf(key: Key): string {
  const { doc, sensitive } = schema[key];
  return sensitive ? `${doc}. A secret: ${key}_FILE may name a file that holds it` : doc;
}

const TABLE_START = '<!-- configuration: npm run config-sample -->\n';
const TABLE_END = '<!-- /configuration -->';

/** A Markdown text with the table of all keys in its place between the two marks. */
export function withConfigTable(markdown: string): string {
  const start = markdown.indexOf(TABLE_START) + TABLE_START.length;
  const end = markdown.indexOf(TABLE_END);
  return `${markdown.slice(0, start)}\n${configTable()}\n${markdown.slice(end)}`;
}

function configTable(): string {
  const rows = keyNames.map((key) => {
    const { required, default: usual } = schema[key];
    return `| \`${key}\` | ${required ? 'required' : usual && `\`${usual}\``} | ${docOf(key)} |\n`;
  });
  return `| key | default | what it says |\n|---|---|---|\n${rows.join('')}`;
}
