import { CORE_SCHEMA, defineScalarTag, dump, NOT_RESOLVED } from 'js-yaml';

/** A number as it is written in JSON, which a JavaScript number could not keep: 9007199254740993, or 1.50. */
class WrittenNumber {
  constructor(readonly text: string) {}
}

const writtenNumber = defineScalarTag('tag:hukz,2026:number', {
  implicit: true,
  resolve: () => NOT_RESOLVED,
  identify: (value) => value instanceof WrittenNumber,
  represent: ({ text }: WrittenNumber) => text,
});
const SCHEMA = CORE_SCHEMA.withTags(writtenNumber);

/** JSON as YAML, with every number as it is written. */
export function toYaml(json: string): string {
  return dump(parseWritten(json), { schema: SCHEMA, lineWidth: 120, noRefs: true });
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A string of JSON cannot begin with an unescaped NUL, so no text of the answer is mistaken for a number. */
function parseWritten(json: string): unknown {
  const numbers: string[] = [];
  const marked = json.replace(STRING_OR_NUMBER, (token) => {
    if (token.startsWith('"') || String(Number(token)) === token) return token;
    numbers.push(token);
    return `{"\\u0000written":${numbers.length - 1}}`;
  });
  return JSON.parse(marked, (_, value: unknown) => {
    const index: unknown = Reflect.get(Object(value), '\u0000written');
    return typeof index === 'number' ? new WrittenNumber(numbers[index] ?? '') : value;
  });
}
