import { describeType } from './describe-type.js';
import { errorTable, meaningsIn } from './errors-once.js';
import { fieldTable } from './field-table.js';
import { escaped, sentence } from './html.js';
import type { OpenApi } from './openapi.js';
import { type Entry, renderOperation, type Surroundings } from './operation.js';
import { STYLE } from './style.js';

/** The paths that programs use come after the paths that people look for. */
const LAST: readonly string[] = ['ping', 'health', 'openapi.json', 'docs'];

/** Renders the document as one page without scripts, which loads no other resources. */
export function renderDocs(document: OpenApi, commands: Pick<Surroundings, 'host' | 'login'>): string {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = inOrder(entries);
  const around = { document, ...commands, meanings: meaningsIn(document) };
  const sections = tags.map((tag) => {
    const own = entries.filter(({ operation }) => operation.tags.includes(tag));
    return section(tag, own.map((entry) => renderOperation(entry, around)).join('\n'));
  });
  const { title, version, description } = document.info;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} API</title><style>${STYLE}</style></head><body>
<a class="skip" href="#operations">Skip to the operations</a>
<header><h1>${escaped(title)} ${escaped(version)}</h1><p>${sentence(description)} <a href="openapi.json">openapi.json</a> is
the same document for programs; long patterns, long examples, and conditions between fields are only there.</p>
${describeUser(document)}${describeBody(entries)}</header>
<nav aria-label="Sections">${links([...tags, 'errors', 'schemas'].map((tag) => [`_${tag}`, tag]))}</nav>
<main id="operations" tabindex="-1">
${sections.join('\n')}
${section('errors', `<p>The body of every error is ${describeType(ERRORS)}.</p>${errorTable(around.meanings)}`)}
${section('schemas', schemas(document))}
</main></body></html>`;
}

const ERRORS = { $ref: '#/components/schemas/Errors' };

function inOrder(entries: readonly Entry[]): readonly string[] {
  const all = [...new Set(entries.flatMap(({ operation }) => operation.tags))];
  return [...all.filter((tag) => !LAST.includes(tag)), ...all.filter((tag) => LAST.includes(tag))];
}

function describeUser({ components }: OpenApi): string {
  const { user, token } = components.securitySchemes;
  const logins = `<code>Authorization: Bearer</code> or <code>${escaped(String(user?.name))}</code>`;
  return `<p>Operations on data need the header ${logins}, as the operator has decided (AUTH).</p>
<p>Bearer: ${sentence(token?.description ?? '')}</p>
<p>${escaped(String(user?.name))}: ${sentence(user?.description ?? '')}</p>`;
}

/** The bounds of bodies are the same for all operations. */
function describeBody(entries: readonly Entry[]): string {
  const all = new Set(entries.flatMap(({ operation: { requestBody } }) => requestBody?.description ?? []));
  return [...all].map((limits) => `<p>Bodies are JSON. ${sentence(limits)}</p>`).join('');
}

function schemas({ components }: OpenApi): string {
  const all = Object.entries(components.schemas).toSorted(([a], [b]) => a.localeCompare(b));
  const tables = all.map(([name, schema]) => {
    const description = schema.description === undefined ? '' : `<p>${sentence(schema.description)}</p>`;
    return `<h3 id="${escaped(name)}">${escaped(name)}</h3>${description}${fieldTable(schema)}`;
  });
  return `${links(all.map(([name]) => [name, name]))}\n${tables.join('\n')}`;
}

function section(name: string, content: string): string {
  return `<section aria-labelledby="_${escaped(name)}"><h2 id="_${escaped(name)}">${escaped(name)}</h2>${content}</section>`;
}

function links(all: readonly (readonly [id: string, words: string])[]): string {
  const items = all.map(([id, words]) => `<li><a href="#${escaped(id)}">${escaped(words)}</a></li>`);
  return `<ul class="links">${items.join('')}</ul>`;
}
