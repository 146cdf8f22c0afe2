import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { OpenApi } from '../api/document/openapi.js';
import type { JsonSchema } from '../api/document/openapi-schemas.js';

export type Judge = (schema: JsonSchema, value: unknown) => boolean;

/** Formats as common tools check them; they do not know our own ones. */
const FORMATS = {
  uri: (text: string) => URL.canParse(text) && /^[!-~]+$/.test(text),
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  date: isDate,
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)) && isDate(text.slice(0, 10)),
  binary: true,
  'pem-certificates': true,
  'pem-private-key': true,
} as const;

function isDate(text: string): boolean {
  const date = new Date(text);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Judges values by the schemas of the document, as a tool that reads them does. */
export function makeJudge(document: OpenApi): Judge {
  const ajv = new Ajv2020({ strict: false, formats: FORMATS });
  // A schema is compiled once: with the whole document beside it, that takes 30 ms.
  const compiled = new WeakMap<JsonSchema, ValidateFunction>();
  return (schema, value) => {
    const validate = compiled.get(schema) ?? ajv.compile({ ...schema, components: document.components });
    compiled.set(schema, validate);
    return validate(value);
  };
}

/** The schema itself, or the one that it refers to. */
export function resolved(document: OpenApi, schema: JsonSchema): JsonSchema {
  if (typeof schema.$ref !== 'string') return schema;
  return document.components.schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {};
}
