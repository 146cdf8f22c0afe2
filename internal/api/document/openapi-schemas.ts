import { z } from 'zod';
import { documented, type OperatorLimits } from '../operator-limits.js';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** Converts Zod schemas to JSON schemas. A schema with a title is written once, under that name, and referred to. */
export class Components {
  private readonly named: Record<string, JsonSchema> = {};
  /** Many operations share a schema, and the conversion of one takes up to a millisecond. */
  private readonly converted = { input: new Map<z.ZodType, JsonSchema>(), output: new Map<z.ZodType, JsonSchema>() };

  constructor(private readonly limits: OperatorLimits) {}

  get schemas(): Readonly<Record<string, JsonSchema>> {
    return this.named;
  }

  /** `input` is the form of a request, and `output` is the form of an answer. */
  use(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const known = this.converted[io].get(schema);
    if (known) return known;
    const json = this.lift(this.inline(schema, io));
    this.converted[io].set(schema, json);
    return json;
  }

  inline(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, ...json } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      reused: 'inline',
      override: ({ zodSchema, jsonSchema }) => {
        Object.assign(jsonSchema, documented.get(zodSchema)?.under(this.limits));
      },
    });
    return json as JsonSchema;
  }

  private lift(node: JsonSchema): JsonSchema {
    const lifted: JsonSchema = Object.fromEntries(
      Object.entries(node).map(([keyword, value]) => [keyword, this.liftValue(forGenerators(keyword, value))]),
    );
    if (typeof node.title !== 'string') return withMeaning(lifted);
    this.named[node.title] = lifted;
    return { $ref: `#/components/schemas/${node.title}` };
  }

  private liftValue(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.liftValue(entry));
    return typeof value === 'object' && value !== null ? this.lift(value as JsonSchema) : value;
  }
}

/** Writes what stops generators of clients in another form with the same meaning. */
function forGenerators(keyword: string, value: unknown): unknown {
  if (keyword === 'properties') return withoutBooleans(value);
  return keyword === 'anyOf' && Array.isArray(value) ? value.map(withoutConstant) : value;
}

/** A field that must be absent is `{"not": {}}`: generators for Go and Python expect an object in place of `false`. */
function withoutBooleans(properties: unknown): unknown {
  const fields = Object.entries(properties ?? {}).map(([name, schema]) => [
    name,
    schema === false ? { not: {} } : schema,
  ]);
  return Object.fromEntries(fields);
}

/** A constant among alternatives is an enumeration of one: Python's client reads no alternative after a constant. */
function withoutConstant(schema: JsonSchema): JsonSchema {
  const { const: only, ...rest } = schema;
  return only === undefined ? schema : { ...rest, enum: [only] };
}

/** Puts the meaning of a field at the field, even if the field may be `null`. */
function withMeaning(schema: JsonSchema): JsonSchema {
  const [present, none] = schema.anyOf ?? [];
  if (present?.description === undefined || none?.type !== 'null' || schema.description !== undefined) return schema;
  return { ...schema, description: present.description, example: present.example };
}
