import type { OpenApi, Operation } from '../api/document/openapi.js';
import type { JsonSchema } from '../api/document/openapi-schemas.js';
import { resolved } from './schema-judge.js';

export interface WorstBody {
  readonly name: string;
  readonly text: string;
}

/** A place in a body, and the text around it. */
interface Place {
  readonly name: string;
  wrap(value: string): string;
}

/** The size of a value. It is below the size that the API reads, so that the rest of a body has room. */
const ROOM = 250 * 1024;

/** A body of about this size is refused by its length. To send more would only keep this process busy. */
const MAX_SENT = 8 << 20;

/** JSON texts that no field may have: as much of one kind as the API parses, with some room for the rest of a body. */
const HOSTILE: readonly WorstBody[] = [
  { name: 'a text', text: `"${'a'.repeat(ROOM)}"` },
  { name: 'an escaped text', text: `"${'\\u0000'.repeat(ROOM / 6)}"` },
  { name: 'digits', text: '1'.repeat(ROOM) },
  { name: 'texts', text: listOf((n) => `"${n} ${'é'.repeat(8)}"`, 9900) },
  { name: 'objects', text: listOf((n) => `{"é ${n}":1}`, 1900) },
  { name: 'wide objects', text: listOf(() => recordOf((m) => `"é ${m}":1`, 990), 9) },
  { name: 'names', text: listOf((n) => recordOf((m) => `"é ${n} ${m} ${'k'.repeat(100)}":1`, 950), 2) },
  { name: 'members', text: recordOf((n) => `"é ${n} ${'k'.repeat(200)}":1`, 990) },
  { name: 'lists in lists', text: '['.repeat(990) + ']'.repeat(990) },
  { name: 'one member with a long name', text: `{"${'a'.repeat(ROOM)}":1}` },
];

/** JSON texts that exceed what the API parses. */
const TOO_MUCH: readonly WorstBody[] = [
  { name: 'too many numbers', text: listOf(() => '1') },
  { name: 'too many objects', text: listOf(() => '{}') },
  { name: 'too many members', text: recordOf((n) => `"é ${n}":1`) },
  { name: 'too many names', text: listOf((n) => recordOf((m) => `"é ${n} ${m}":1`, 990), 9) },
  { name: 'too many lists in lists', text: '['.repeat(ROOM / 2) + ']'.repeat(ROOM / 2) },
  { name: 'a text that does not end', text: `"${'\\\\'.repeat(ROOM / 2)}` },
];

/**
 * Yields the largest legal bodies of an operation, and at each place in them the largest illegal ones. A generator
 * yields them one after the other, because all of them together are hundreds of megabytes. Yields nothing for an
 * operation without a body. The same place of the same form in several operations is read by the same code: a place
 * that `seen` has is left out, and others are added to it.
 */
export function* worstBodiesOf(document: OpenApi, operation: Operation, seen: Set<string>): Generator<WorstBody> {
  const [content] = Object.values(operation.requestBody?.content ?? {});
  if (!content) return;
  for (const { name, text } of TOO_MUCH) yield { name, text: `{"events":${text}}` };
  yield* worstAt(document, content.schema, { name: 'the body', wrap: (value) => value }, seen);
}

function* worstAt(document: OpenApi, reference: JsonSchema, place: Place, seen: Set<string>): Generator<WorstBody> {
  const schema = resolved(document, reference);
  const form = `${place.name} ${JSON.stringify(schema)}`;
  if (seen.has(form)) return;
  seen.add(form);
  const legal = { name: 'the largest legal value', text: largest(document, schema) };
  for (const worst of [...HOSTILE, legal]) yield { name: `${place.name}: ${worst.name}`, text: place.wrap(worst.text) };
  for (const [inner, at] of placesIn(document, schema, place)) yield* worstAt(document, inner, at, seen);
}

/** The places inside a value, each with the required members beside it. */
function placesIn(document: OpenApi, schema: JsonSchema, place: Place): readonly (readonly [JsonSchema, Place])[] {
  const { properties = {}, items, additionalProperties } = schema;
  const at = (name: string, wrap: (value: string) => string): Place => ({
    name: `${place.name}.${name}`,
    wrap: (value) => place.wrap(wrap(value)),
  });
  const members = Object.entries(properties)
    .filter(([, { readOnly }]) => !readOnly)
    .map(([name, inner]) => {
      const beside = required(document, schema).filter(([other]) => other !== name);
      return [inner, at(name, (value) => objectOf([...beside, [name, value]]))] as const;
    });
  const entries = isSchema(items) ? [[items, at('entry', (value) => `[${value}]`)] as const] : [];
  const values = isSchema(additionalProperties)
    ? [[additionalProperties, at('value', (value) => objectOf([['name', value]]))] as const]
    : [];
  const forms = formsOf(schema).flatMap((form) => placesIn(document, resolved(document, form), place));
  return [...members, ...entries, ...values, ...forms];
}

/** The largest legal value of a schema, as JSON text, or an example where bounds do not determine the form. */
function largest(document: OpenApi, reference: JsonSchema): string {
  const schema = resolved(document, reference);
  const [form] = formsOf(schema);
  if (form) return largest(document, form);
  const { type, properties, items, additionalProperties, example, maxItems, maxProperties, maxLength } = schema;
  if (type === 'array' && isSchema(items)) {
    const entry = largest(document, items);
    const max = Math.min(Number(maxItems ?? 1), Math.ceil(MAX_SENT / entry.length));
    return `[${Array(max).fill(entry).join(',')}]`;
  }
  if (type === 'object' && properties) {
    const members = Object.entries(properties).filter(([, { readOnly }]) => !readOnly);
    return objectOf(members.map(([name, inner]) => [name, largest(document, inner)]));
  }
  if (type === 'object' && isSchema(additionalProperties))
    return objectOf(times(maxProperties, (n) => [`k${n}`, largest(document, additionalProperties)]));
  const filled = 'x'.repeat(Number(maxLength ?? 1));
  const isFree = schema.format === undefined && !Array.isArray(schema.enum);
  if (type === 'string' && isFree && new RegExp(String(schema.pattern ?? '')).test(filled))
    return JSON.stringify(example ?? filled);
  const [word] = Array.isArray(schema.enum) ? schema.enum : [];
  return JSON.stringify(example ?? schema.const ?? word ?? schema.minimum ?? true);
}

function required(document: OpenApi, schema: JsonSchema): readonly (readonly [string, string])[] {
  const names = Array.isArray(schema.required) ? schema.required.map(String) : [];
  return names.map((name) => {
    const inner = resolved(document, schema.properties?.[name] ?? {});
    return [name, JSON.stringify(inner.example ?? inner.const ?? '1')] as const;
  });
}

function formsOf({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] {
  return [...(anyOf ?? []), ...(Array.isArray(oneOf) ? (oneOf as JsonSchema[]) : [])].filter(
    ({ type }) => type !== 'null',
  );
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

const objectOf = (members: readonly (readonly [string, string])[]) =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

const times = <T>(max: unknown, make: (n: number) => T): T[] =>
  Array.from({ length: Number(max ?? 1) }, (_, n) => make(n));

function listOf(entry: (n: number) => string, max?: number): string {
  return `[${filled(entry, max)}]`;
}

function recordOf(member: (n: number) => string, max?: number): string {
  return `{${filled(member, max)}}`;
}

function filled(part: (n: number) => string, max = Number.POSITIVE_INFINITY): string {
  const parts: string[] = [];
  let bytes = 0;
  for (let n = 0; bytes < ROOM - 64 && n < max; n++) {
    const next = part(n);
    bytes += Buffer.byteLength(next) + 1;
    parts.push(next);
  }
  return parts.join(',');
}
