import convict from 'convict';
import { oneOf } from './formats.js';
import { type Key, keyNames, schema } from './schema.js';
import type { Values } from './to-config.js';

type Texts = Readonly<Partial<Record<Key, string>>>;

/** Lets convict lay what is given over the defaults, read every text and judge every value. */
export function judge(given: Texts, nameOf: (key: Key) => string): { values: Values; problems: readonly string[] } {
  const asked = Object.fromEntries(
    keyNames
      .filter((key) => given[key] !== undefined || !schema[key].required)
      .map((key) => {
        const { format, ...spec } = schema[key];
        return [key, { ...spec, format: typeof format === 'string' ? format : oneOf(format) }];
      }),
  );
  const judged = convict<Record<string, unknown>>(asked as convict.Schema<Record<string, unknown>>, {
    env: {},
    args: [],
  });
  judged.load(given);
  try {
    judged.validate({ allowed: 'strict' });
    return { values: judged.getProperties() as unknown as Values, problems: [] };
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    return { values: {} as Values, problems: lines.map((line) => inOurWords(line, given, nameOf)) };
  }
}

/** convict says `KEY: what is wrong: value was …`, the value as it was read; we say it as it was written. */
function inOurWords(line: string, given: Texts, nameOf: (key: Key) => string): string {
  const key = keyNames.find((known) => line.startsWith(`${known}: `));
  if (!key) return line;
  const [sentence] = line.slice(key.length + 2).split(': value was ');
  const text = schema[key].sensitive ? '' : `: value was ${JSON.stringify(given[key])}`;
  return `${nameOf(key)}: ${sentence}${text}`;
}
