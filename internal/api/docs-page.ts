import { createHash } from 'node:crypto';
import type { OpenApi, Operation } from './openapi.js';
import type { JsonSchema } from './openapi-schemas.js';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h2 { margin-top: 3rem; border-bottom: 1px solid #ccc; }
code, pre { font: 14px/1.4 ui-monospace, monospace; background: #f4f4f4; }
pre { padding: .75rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid #e4e4e4; }
summary { cursor: pointer; padding: .35rem 0; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
.get { color: #0b6bcb; } .post { color: #1a7f37; } .put, .patch { color: #9a6700; } .delete { color: #c62828; }
@media (prefers-color-scheme: dark) {
  body { background: #161616; color: #e4e4e4; } code, pre { background: #262626; } a, .get { color: #8ab4f8; }
  .post { color: #6fcf87; } .put, .patch { color: #e3b341; } .delete { color: #ff8a80; }
  h2, th, td { border-color: #3a3a3a; }
}
`;

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/** What programs ask for, after what people come for. */
const LAST: readonly string[] = ['ping', 'health', 'openapi.json', 'docs'];

/** What the content security policy allows instead of any inline style. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

/** The document as one page without scripts: nothing is fetched, everything is there. What to type goes to `host`. */
export function renderDocs(document: OpenApi, host: string): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const all = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const tags = [...all.filter((tag) => !LAST.includes(tag)), ...all.filter((tag) => LAST.includes(tag))];
  const contents = [...tags, 'schemas'].map((tag) => `<a href="#_${escaped(tag)}">${escaped(tag)}</a>`);
  const sections = tags.map((tag) => {
    const entries = operations.filter(({ operation }) => operation.tags.includes(tag));
    return `<h2 id="_${escaped(tag)}">${escaped(tag)}</h2>${entries.map((entry) => renderOperation(entry, host)).join('')}`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `<h3 id="${escaped(name)}">${escaped(name)}</h3>${renderSchema(schema)}`,
  );
  const { title, version, description } = document.info;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} API</title><style>${STYLE}</style></head><body>
<h1>${escaped(title)} ${escaped(version)}</h1><p>${escaped(description)} The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>
<p>Every path that is about somebody's data needs the header <code>X-User</code>, the user's number: a positive integer. Bodies are JSON.</p>
<nav>${contents.join(' · ')}</nav>
${sections.join('\n')}
<h2 id="_schemas">schemas</h2>${schemas.join('\n')}
</body></html>`;
}

function renderOperation(entry: Entry, host: string): string {
  const { path, method, operation } = entry;
  const body = Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => row('body', schema));
  const parameters = operation.parameters.map((parameter) =>
    row(`${parameter.name} (${parameter.in})`, parameter.schema, parameter.description),
  );
  const user = operation.security ? [row('X-User (header)', { type: 'integer', minimum: 1 }, 'the user')] : [];
  const answers = Object.entries(operation.responses).map(([status, { description, content }]) => {
    const schema = Object.values(content ?? {})[0]?.schema ?? {};
    return row(status, schema, description);
  });
  const taken = [...user, ...parameters, ...body];
  return `<details><summary><span class="method ${escaped(method)}">${escaped(method.toUpperCase())}</span> <code>${escaped(path)}</code>
${escaped(operation.summary)}</summary>
<pre>${escaped(curl(entry, host))}</pre>
<table>${taken.length > 0 ? `<tr><th>takes</th><th></th><th></th></tr>${taken.join('')}\n` : ''}<tr><th>answers</th><th></th><th></th></tr>${answers.join('')}</table></details>`;
}

/** What to type; names in the path and the body are for the reader to fill in. */
function curl({ path, method, operation }: Entry, host: string): string {
  const words = [
    'curl -s',
    method !== 'get' && `-X ${method.toUpperCase()}`,
    operation.security && "-H 'X-User: 1'",
    operation.requestBody && "-H 'Content-Type: application/json' -d '{…}'",
    `'http://${host}${path}'`,
  ];
  return words.filter(Boolean).join(' ');
}

function row(name: string, schema: JsonSchema, description = ''): string {
  return `<tr><td><code>${escaped(name)}</code></td><td>${renderSchema(schema)}</td><td>${escaped(description)}</td></tr>`;
}

function renderSchema(schema: JsonSchema): string {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return `<a href="#${escaped(name)}">${escaped(name)}</a>`;
  }
  const text = JSON.stringify(schema, null, 2);
  return text.length < 80 ? `<code>${escaped(JSON.stringify(schema))}</code>` : `<pre>${escaped(text)}</pre>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
