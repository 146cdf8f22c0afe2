import { CORE_SCHEMA, defineScalarTag, dump, floatCoreTag, intCoreTag } from 'js-yaml';
import { CommandFailed } from '../command-failed.js';
import { unlessTooDeep } from '../too-deep.js';

/** A number as it is written in JSON, which a JavaScript number could not keep: 9007199254740993, or 1.50. */
class WrittenNumber {
  constructor(readonly text: string) {}
}

const isWhole = ({ text }: WrittenNumber) => /^-?\d+$/.test(text);
const represent = (value: unknown) => (value instanceof WrittenNumber ? value.text : String(value));

/** The tags of numbers in YAML, which also write numbers as they are written in JSON. */
const SCHEMA = CORE_SCHEMA.withTags(
  defineScalarTag(intCoreTag.tagName, {
    ...intCoreTag,
    identify: (value) => (value instanceof WrittenNumber ? isWhole(value) : intCoreTag.identify(value)),
    represent,
  }),
  defineScalarTag(floatCoreTag.tagName, {
    ...floatCoreTag,
    identify: (value) => (value instanceof WrittenNumber ? !isWhole(value) : floatCoreTag.identify(value)),
    represent,
  }),
);

/** JSON as YAML, with every number as it is written. */
export function toYaml(json: string): string {
  return unlessTooDeep(
    () => dump(parseWritten(json), { schema: SCHEMA, lineWidth: 120, noRefs: true }),
    () => {
      throw new CommandFailed('The answer is nested too deeply to be written as YAML.', { advice: 'Use -o json.' });
    },
  );
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Names a member that holds the index of a written number. It is random, so that no answer can contain it. */
function parseWritten(json: string): unknown {
  const marker = crypto.randomUUID();
  const numbers: WrittenNumber[] = [];
  const marked = json.replace(STRING_OR_NUMBER, (token) => {
    if (token.startsWith('"') || String(Number(token)) === token) return token;
    numbers.push(new WrittenNumber(token));
    return `{"${marker}":${numbers.length - 1}}`;
  });
  return JSON.parse(marked, (_, value: unknown) => {
    const index: unknown = Reflect.get(Object(value), marker);
    return typeof index === 'number' ? numbers[index] : value;
  });
}
