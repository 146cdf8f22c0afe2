/** The value of a keyword, as far as the search for subschemas has to know it. */
type Holds = 'schema' | 'schemas' | 'list' | 'schema or list' | 'schema or texts' | 'plain';

const WORDS: readonly (readonly [Holds, string])[] = [
  ['schemas', 'properties patternProperties $defs definitions dependentSchemas'],
  ['list', 'allOf anyOf oneOf prefixItems'],
  ['schema or list', 'items'],
  ['schema or texts', 'dependencies'],
  ['schema', 'additionalItems additionalProperties unevaluatedItems unevaluatedProperties contains propertyNames'],
  ['schema', 'not if then else contentSchema'],
  ['plain', '$schema $id $anchor $ref $dynamicRef $dynamicAnchor $comment type enum const default examples'],
  ['plain', 'title description deprecated readOnly writeOnly format contentEncoding contentMediaType'],
  ['plain', 'multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern'],
  ['plain', 'maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required'],
  ['plain', 'dependentRequired nullable'],
  // Annotations of OpenAPI and AsyncAPI, which judge nothing.
  ['plain', 'example discriminator xml externalDocs'],
];

/** The keywords of JSON Schema 2020-12 and draft-07, and the annotations of OpenAPI. */
export const KEYWORDS: ReadonlyMap<string, Holds> = new Map(
  WORDS.flatMap(([holds, names]) => names.split(' ').map((name) => [name, holds] as const)),
);
