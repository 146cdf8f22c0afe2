import { describeType, referredName } from './describe-type.js';
import { errorLinks, isError, type Meanings } from './errors-once.js';
import { namedRow } from './field-table.js';
import { code, escaped, row, sentence, table } from './html.js';
import type { OpenApi, Operation } from './openapi.js';
import type { JsonSchema } from './openapi-schemas.js';

export interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

export interface Surroundings {
  readonly document: OpenApi;
  readonly meanings: Meanings;
  /** The host that the commands address. */
  readonly host: string;
  /** The header by which the commands say who calls, as a word of a shell. */
  readonly login: string;
}

export function renderOperation(entry: Entry, around: Surroundings): string {
  const { path, method, operation } = entry;
  const parameters = operation.parameters.map(({ name, in: place, description, schema }) =>
    namedRow(name, description === undefined ? schema : { ...schema, description }, place),
  );
  const answers = Object.entries(operation.responses)
    .filter(([, answer]) => !isError(answer))
    .map(([status, { description, content }]) =>
      row(status, [sentence(description), ...Object.values(content ?? {}).map(({ schema }) => describeShape(schema))]),
    );
  return `<details><summary><h3><span class="method ${escaped(method)}">${escaped(method.toUpperCase())}</span> ${code(path)}</h3>
<span>${sentence(operation.summary)}</span></summary>
<h4>Request</h4>${describeScope(operation)}${describeBody(operation)}<pre>${escaped(curl(entry, around))}</pre>
${table(['Parameter', 'Type and meaning'], parameters)}
<h4>Answers</h4>${table(['Status', 'Meaning and body'], answers)}
${errorLinks(operation, around.meanings)}</details>`;
}

function describeScope({ security }: Operation): string {
  return security ? `<p>Scope: ${security[0].user.map(code).join(' and ')}</p>` : '';
}

function describeBody({ requestBody }: Operation): string {
  if (!requestBody) return '';
  const [schema] = Object.values(requestBody.content).map((content) => content.schema);
  const types = Object.keys(requestBody.content).map(code).join(' or ');
  const need = requestBody.required ? '' : ' (optional)';
  return `<p>Body: ${schema ? describeType(schema) : 'JSON'}, as ${types}${need}</p>`;
}

/** The fields of an unnamed object are shown at the place where the object is used. */
function describeShape(schema: JsonSchema): string {
  if (!schema.properties) return describeType(schema);
  const fields = Object.entries(schema.properties).map(([name, each]) => `${code(name)} (${describeType(each)})`);
  return `object with ${fields.join(', ')}`;
}

/** A command to paste. The reader only has to fill in the names in the path. */
function curl({ path, method, operation }: Entry, { document, host, login }: Surroundings): string {
  const headers = [operation.security && `-H ${login}`, operation.requestBody && "-H 'Content-Type: application/json'"];
  const body = operation.requestBody && JSON.stringify(exampleOf(operation.requestBody, document), undefined, 2);
  const lines = [
    ['curl -s', method !== 'get' && `-X ${method.toUpperCase()}`, `'http://${host}${path}'`],
    headers,
    [body && `-d '${body.replaceAll("'", "'\\''")}'`],
  ];
  return lines
    .map((words) => words.filter(Boolean).join(' '))
    .filter(Boolean)
    .join(' \\\n  ');
}

/** The example of a body is in the schema that validates the body. */
function exampleOf(body: NonNullable<Operation['requestBody']>, { components }: OpenApi): unknown {
  const [schema = {}] = Object.values(body.content).map((content) => content.schema);
  const name = referredName(schema);
  return (name === undefined ? schema : components.schemas[name])?.example;
}
