import { Ajv, type AnySchema, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { MAX_PROBLEMS, type SchemaProblem } from '../domain/schema/event-schema.js';
import { type Dialect, dialectOf, findForbidden } from '../domain/schema/schema-rules.js';
import { messageOf } from '../errors.js';
import { Patterns } from './patterns.js';

/** The problems of a parsed payload; none if it is valid. */
export type CheckValue = (value: unknown, isSmall: boolean) => readonly SchemaProblem[];

export type Compiled =
  | { readonly check: CheckValue; readonly problem?: undefined }
  | { readonly check?: undefined; readonly problem: SchemaProblem };

const AJV = { '2020-12': Ajv2020, 'draft-07': Ajv } as const satisfies Record<Dialect, unknown>;

/** Compiles schemas. It runs in a worker, because a schema of 256 KiB takes long to compile. */
export class SchemaCompiler {
  private readonly patterns = new Patterns();
  private readonly metaschemas = new Map<Dialect, Ajv>();

  compile(text: string): Compiled {
    try {
      return this.compileParsed(JSON.parse(text));
    } catch (error) {
      return { problem: { at: '', problem: `cannot be compiled: ${messageOf(error).slice(0, 300)}` } };
    }
  }

  private compileParsed(schema: unknown): Compiled {
    const dialect = dialectOf(schema);
    if (typeof dialect !== 'string') return { problem: dialect };
    // The depth is bounded before the metaschema, which is recursive, sees the schema.
    const forbidden = findForbidden(schema, (pattern) => this.patterns.refuse(pattern));
    if (forbidden) return { problem: forbidden };
    if (!isSchema(schema)) return { problem: { at: '', problem: 'must be a schema: an object, true or false' } };
    const malformed = this.malformedPart(schema, dialect);
    if (malformed) return { problem: malformed };
    // Schemas of different events may have the same `$id`, so that each has a compiler of its own.
    const first = new AJV[dialect]({ ...this.options(), meta: false, validateSchema: false }).compile(schema);
    let all: ValidateFunction | undefined;
    return {
      check: (value, isSmall) => {
        if (first(value)) return [];
        // All mistakes of a large payload may take more memory than the payload.
        if (!isSmall) return problemsOf(first.errors);
        all ??= new AJV[dialect]({ ...this.options(), meta: false, validateSchema: false, allErrors: true }).compile(
          schema,
        );
        return all(value) ? problemsOf(first.errors) : problemsOf(all.errors);
      },
    };
  }

  private malformedPart(schema: AnySchema, dialect: Dialect): SchemaProblem | undefined {
    const meta = this.metaschemas.get(dialect) ?? new AJV[dialect](this.options());
    this.metaschemas.set(dialect, meta);
    return meta.validateSchema(schema) === true ? undefined : problemsOf(meta.errors)[0];
  }

  private options(): Options {
    const regExp = Object.assign((pattern: string) => this.patterns.compile(pattern), { code: 'patterns.compile' });
    return {
      // Unknown keywords are refused before, with their places.
      strict: false,
      // A number beyond the range of a double is read as infinity, and is then no number.
      strictNumbers: true,
      logger: false,
      // Without this, `toString` is a member of every object.
      ownProperties: true,
      // JSON Schema 2020-12 calls `format` an annotation.
      validateFormats: false,
      code: { regExp },
    };
  }
}

const isSchema = (schema: unknown): schema is AnySchema =>
  typeof schema === 'boolean' || (typeof schema === 'object' && schema !== null);

function problemsOf(errors: readonly ErrorObject[] | null | undefined): readonly SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>();
  for (const error of errors ?? []) {
    const one = problemOf(error);
    problems.set(`${one.at}\n${one.problem}`, one);
    if (problems.size === MAX_PROBLEMS) break;
  }
  return problems.size > 0 ? [...problems.values()] : [{ at: '', problem: 'is not valid' }];
}

const MAX_TEXT = 300;

function problemOf({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject): SchemaProblem {
  const at = instancePath.slice(0, MAX_TEXT);
  if (keyword === 'additionalProperties')
    return { at, problem: `must not have the member ${quoted(params.additionalProperty)}` };
  if (keyword === 'enum')
    return { at, problem: `must be one of ${JSON.stringify(params.allowedValues).slice(0, MAX_TEXT)}` };
  if (keyword === 'const') return { at, problem: `must be ${JSON.stringify(params.allowedValue).slice(0, MAX_TEXT)}` };
  return { at, problem: message.slice(0, MAX_TEXT) };
}

const quoted = (name: unknown) => JSON.stringify(String(name).slice(0, MAX_TEXT));
