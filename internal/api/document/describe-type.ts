import { code, escaped } from './html.js';
import type { JsonSchema } from './openapi-schemas.js';

const REFERENCE = '#/components/schemas/';

/** The name of the component that a schema refers to. */
export function referredName({ $ref }: JsonSchema): string | undefined {
  return typeof $ref === 'string' ? $ref.slice(REFERENCE.length) : undefined;
}

/** The alternative schemas, one of which a value must match. */
export function formsOf(schema: JsonSchema): readonly JsonSchema[] {
  return [...(schema.anyOf ?? []), ...((schema.oneOf ?? []) as readonly JsonSchema[])];
}

/** The type and the bounds of a value, as HTML. */
export function describeType(schema: JsonSchema): string {
  const name = referredName(schema);
  if (name !== undefined) return `<a href="#${escaped(name)}">${escaped(name)}</a>`;
  const forms = formsOf(schema);
  if (forms.length > 0) return joined(forms.map(describeType));
  if ('const' in schema) return code(JSON.stringify(schema.const));
  if (Array.isArray(schema.enum) && schema.enum.length === 1) return code(JSON.stringify(schema.enum[0]));
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.map((each) => code(JSON.stringify(each))).join(', ')}`;
  const types = [schema.type ?? 'any value'].flat().map(String);
  return joined(types.map((type) => `${escaped(type)}${describeBounds(type, schema)}${describeValues(type, schema)}`));
}

const joined = (words: readonly string[]) => [...new Set(words)].join(' or ');

function describeBounds(type: string, schema: JsonSchema): string {
  const bounds = boundsOf(type, schema);
  return bounds.length > 0 ? ` (${bounds.join(', ')})` : '';
}

/** The types of the elements of an array, and of the values of an object with any names. */
function describeValues(type: string, { items, additionalProperties: values }: JsonSchema): string {
  if (type === 'array') return ` of ${describeType(asSchema(items))}`;
  return type === 'object' && typeof values === 'object' ? ` with values of ${describeType(asSchema(values))}` : '';
}

const asSchema = (value: unknown): JsonSchema =>
  typeof value === 'object' && value !== null ? (value as JsonSchema) : {};

function boundsOf(type: string, schema: JsonSchema): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, minProperties, maxProperties, format } = schema;
  switch (type) {
    case 'integer':
    case 'number':
      return range(minimum, maximum, '');
    case 'string':
      return [...(typeof format === 'string' ? [escaped(format)] : []), ...range(minLength, maxLength, ' characters')];
    case 'array':
      return range(minItems, maxItems, ' elements');
    case 'object':
      return range(minProperties, maxProperties, ' fields');
    default:
      return [];
  }
}

/** Omits bounds that no JavaScript number can pass, because such bounds have no meaning for a reader. */
function range(least: unknown, most: unknown, unit: string): string[] {
  const isSaid = (bound: unknown): bound is number =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER && !(unit !== '' && bound === 0);
  if (isSaid(least) && isSaid(most)) return [least === most ? `${most}${unit}` : `${least} to ${most}${unit}`];
  if (isSaid(most)) return [`at most ${most}${unit}`];
  return isSaid(least) ? [`at least ${least}${unit}`] : [];
}
