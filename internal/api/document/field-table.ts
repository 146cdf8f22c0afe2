import { describeType, formsOf, referredName } from './describe-type.js';
import { code, escaped, row, sentence, table } from './html.js';
import type { JsonSchema } from './openapi-schemas.js';

interface Field {
  /** Names of nested fields are joined by dots. `[]` is an element of an array. */
  readonly path: string;
  /** The form that the field belongs to, if an object has several forms. */
  readonly form: string | undefined;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** Longer examples and patterns are shown only in the document. */
const MAX_SHOWN = 80;

/** The fields of an object. Nested fields follow the field that contains them. */
export function fieldTable(schema: JsonSchema): string {
  const fields = fieldsOf(schema, '');
  const ignored = fields.filter(isIgnored);
  const names = [...new Set(ignored.map(({ path }) => code(path)))];
  const meaning = ignored[0]?.schema.description ?? '';
  return table(
    ['Field', 'Type and meaning'],
    [
      ...fields.filter((field) => !isIgnored(field)).map(fieldRow),
      ...(names.length > 0 ? [row(names.join(', '), [sentence(meaning)])] : []),
    ],
  );
}

/** The row of a field or a parameter. @param kind the place of a parameter, such as `query` */
export function namedRow(name: string, schema: JsonSchema, kind: string): string {
  return row(`${code(name)}${kind && ` ${kind}`}`, meaningOf(schema));
}

function fieldRow({ path, form, schema, isRequired }: Field): string {
  const remarks = [...(isRequired ? ['<b>required</b>'] : []), ...(form === undefined ? [] : [escaped(`(${form})`)])];
  return namedRow(path, schema, remarks.join(' '));
}

/** Whether a field of an answer may be sent back without an effect. */
const isIgnored = ({ schema }: Field): boolean => schema.readOnly === true && schema.type === undefined;

function fieldsOf(schema: JsonSchema, prefix: string): Field[] {
  const objects = objectsIn(schema, prefix);
  return objects.flatMap(({ prefix: place, schema: object }, index) => {
    const form = objects.length > 1 ? (constantIn(object) ?? `form ${index + 1}`) : undefined;
    const required = Array.isArray(object.required) ? object.required : [];
    return Object.entries(object.properties ?? {}).flatMap(([name, each]) => {
      const path = place === '' ? name : `${place}.${name}`;
      return [{ path, form, schema: each, isRequired: required.includes(name) }, ...fieldsOf(each, path)];
    });
  });
}

interface Placed {
  readonly prefix: string;
  readonly schema: JsonSchema;
}

/** All forms of a value that have fields. */
function objectsIn(schema: JsonSchema, prefix: string): Placed[] {
  if (referredName(schema) !== undefined) return [];
  const own = schema.properties ? [{ prefix, schema }] : [];
  const items = typeof schema.items === 'object' ? objectsIn(schema.items as JsonSchema, `${prefix}[]`) : [];
  return [...own, ...formsOf(schema).flatMap((form) => objectsIn(form, prefix)), ...items];
}

/** The constant that identifies a form, such as `"type": "basic"`. */
function constantIn({ properties = {} }: JsonSchema): string | undefined {
  const constant = Object.values(properties).find((each) => typeof each.const === 'string')?.const;
  return typeof constant === 'string' ? constant : undefined;
}

function meaningOf(schema: JsonSchema): string[] {
  const { description, pattern, example } = schema;
  const facts = [
    ...('default' in schema ? [`Default: ${code(JSON.stringify(schema.default))}`] : []),
    ...(schema.writeOnly === true ? ['Never returned'] : []),
    ...(typeof pattern === 'string' && pattern.length <= MAX_SHOWN ? [`Pattern: ${code(pattern)}`] : []),
    ...(isShown(example) && !('const' in schema) ? [`Example: ${code(JSON.stringify(example))}`] : []),
  ];
  return [describeType(schema), description === undefined ? '' : sentence(description), facts.join(' · ')];
}

const isShown = (example: unknown) => example !== undefined && JSON.stringify(example).length <= MAX_SHOWN;
