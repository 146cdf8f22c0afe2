import convict from 'convict';
import type { ConfigKey } from './key.js';
import { type ConfigValues, keys, valuesOf } from './schema.js';

type Texts = Readonly<Partial<Record<string, string>>>;

/** Reads the text of every key that a source has, and the default of every other key. */
export function judge(
  sourceTexts: Texts,
  nameOf: (key: string) => string,
): { values: ConfigValues; problems: readonly string[] } {
  const asked = keys.filter(({ name, value }) => sourceTexts[name] !== undefined || !value.required);
  const texts = convict<Record<string, string>>(
    Object.fromEntries(asked.map((key) => [key.name, { default: key.value.default, format: formatOf(key) }])),
    { env: {}, args: [] },
  );
  texts.load(sourceTexts);
  try {
    texts.validate({ allowed: 'strict' });
    return {
      values: valuesOf((key) => read(key, asked.includes(key) ? texts.get(key.name) : undefined)),
      problems: [],
    };
  } catch (error) {
    const lines = (error as Error).message.split('\n');
    return { values: valuesOf(() => undefined), problems: lines.map((line) => restate(line, sourceTexts, nameOf)) };
  }
}

function formatOf({ format }: ConfigKey): (text: string) => void {
  return (text) => {
    const read = format.parse(text);
    if (!read.ok) throw new Error(read.problem);
  };
}

function read({ format }: ConfigKey, text: string | undefined): unknown {
  const read = text === undefined ? undefined : format.parse(text);
  return read?.ok ? read.value : undefined;
}

/** convict reports `KEY: problem: value was …`; the name is shown as it is written in its source. */
function restate(line: string, sourceTexts: Texts, nameOf: (key: string) => string): string {
  const key = keys.find(({ name }) => line.startsWith(`${name}: `));
  if (!key) return line;
  const [sentence] = line.slice(key.name.length + 2).split(': value was ');
  const text = key.value.sensitive ? '' : `: value was ${JSON.stringify(sourceTexts[key.name])}`;
  return `${nameOf(key.name)}: ${sentence}${text}`;
}
