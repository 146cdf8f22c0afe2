import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';
import type { OpenApi, Operation } from './openapi.js';
import type { JsonSchema } from './openapi-schemas.js';
import { renderDocs } from './page.js';

const MAX_GZIPPED_BYTES = 48 * 1024;

/** The text between tags, with decoded entities. */
const textOf = (html: string) =>
  html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** The arguments that a shell passes to curl when the command is pasted. */
function argumentsOf(command: string): string[] {
  const said = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], { encoding: 'utf8' });
  return said.split('\0').slice(0, -1);
}

describe('the page for people', () => {
  let api: TestApi;
  let page: string;
  let document: OpenApi;
  beforeAll(async () => {
    api = await makeTestApi({ webhookProxies: true });
    page = (await api.send('GET', '/docs').expect(200)).text;
    document = (await api.send('GET', '/openapi.json').expect(200)).body;
  });
  afterAll(() => api.stop());

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  /** The part of the page that describes an operation. */
  function shown(method: string, path: string): string {
    const all = page.split('<details>').slice(1);
    const own = all.filter((each) => textOf(each.split('</h3>')[0]!).trim() === `${method.toUpperCase()} ${path}`);
    expect(own).toHaveLength(1);
    return own[0]!.split('</details>')[0]!;
  }

  it('is where / leads to, also below the path of a proxy', async () => {
    const { headers } = await api.send('GET', '/').expect(302);
    expect(headers.location).toBe('docs');
  });

  it('has at most 48 KB when it is gzipped', () => {
    expect(gzipSync(page).length).toBeLessThanOrEqual(MAX_GZIPPED_BYTES);
  });

  it('shows a command for each operation that a shell understands, with the example of its body', () => {
    for (const { method, path, operation } of operations()) {
      const command = textOf(/<pre>(.*?)<\/pre>/s.exec(shown(method, path))?.[1] ?? '');
      const args = argumentsOf(command);
      expect(args.find((arg) => arg.startsWith('http://'))?.replace(/^http:\/\/[^/]+/, '')).toBe(path);
      expect(args.includes('X-User: 1')).toBe(operation.security !== undefined);
      const { schema } = Object.values(operation.requestBody?.content ?? {})[0] ?? {};
      const { example } = schema ? (document.components.schemas[String(schema.$ref).split('/').at(-1)!] ?? {}) : {};
      const body = args.includes('-d') ? args[args.indexOf('-d') + 1] : undefined;
      if (!schema) expect([path, body]).toEqual([path, undefined]);
      else expect([path, JSON.parse(body ?? 'null')]).toEqual([path, example ?? 'an example in the document']);
    }
  });

  it('names the scope of each operation that needs one', () => {
    for (const { method, path, operation } of operations()) {
      const [, scope] = /Scope: <code>([a-z:]+)<\/code>/.exec(shown(method, path)) ?? [];
      expect([path, scope]).toEqual([path, operation.security?.[0].user[0]]);
    }
  });

  it('says once what a status of an error means, and leads to it from each operation', () => {
    const meanings = new Map<string, Set<string>>();
    for (const { method, path, operation } of operations()) {
      const errors = Object.entries(operation.responses).filter(([, answer]) => isError(answer));
      const links = [...shown(method, path).matchAll(/href="#error-(\d+)"/g)].map(([, status]) => status);
      expect(links).toEqual(errors.map(([status]) => status));
      for (const [status, { description }] of errors) {
        meanings.set(status, (meanings.get(status) ?? new Set()).add(description));
      }
    }
    expect([...page.matchAll(/<tr id="error-(\d+)">/g)].map(([, status]) => status)).toEqual(
      [...meanings.keys()].sort(),
    );
    for (const sentences of meanings.values()) {
      const shortest = [...sentences].sort((a, b) => a.length - b.length)[0]!;
      expect([shortest, textOf(page).split(shortest.replaceAll('`', '')).length - 1]).toEqual([shortest, 1]);
    }
  });

  const isError = ({ content = {} }: Operation['responses'][string]) =>
    Object.values(content).some(({ schema }) => String(schema.$ref).endsWith('/Errors'));

  it('shows each schema as a table of its fields, with what is required', () => {
    const schemas = Object.entries(document.components.schemas);
    expect(schemas.length).toBeGreaterThan(20);
    for (const [name, schema] of schemas) {
      const [table = ''] = page.split(`<h3 id="${name}">`)[1]!.split('<h3 ');
      const heads = [...table.matchAll(/<th scope="row">(.*?)<\/th>/gs)].map(([, head]) => head ?? '');
      for (const field of Object.keys(schema.properties ?? {})) {
        const [row, ...more] = heads.filter((head) => head.includes(`<code>${field}</code>`));
        expect([name, field, more]).toEqual([name, field, []]);
        const isRequired = ((schema.required ?? []) as string[]).includes(field);
        expect([name, field, row?.includes('required')]).toEqual([name, field, isRequired]);
      }
    }
  });

  it('has nothing that a link does not find', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(300);
    expect(links.filter((link) => !ids.has(link))).toEqual([]);
    expect([...page.matchAll(/href="([^#][^"]*)"/g)].map(([, url]) => url)).toEqual(['openapi.json']);
  });
});

/** A document with one operation that has the given body and refusals. */
function documentOf(schema: JsonSchema, refusals: Record<string, string[]> = {}): OpenApi {
  const errors = { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } };
  const operation = (words: Record<string, string>): Operation => ({
    operationId: 'doThings',
    summary: 'An operation',
    tags: ['things'],
    parameters: [],
    requestBody: { required: true, description: 'A body', content: { 'application/json': { schema } } },
    responses: Object.fromEntries(
      Object.entries(words).map(([status, description]) => [status, { description, content: errors }]),
    ),
  });
  const count = Math.max(1, ...Object.values(refusals).map((each) => each.length));
  const paths = Array.from({ length: count }, (_, index) => {
    const words = Object.entries(refusals).map(([status, all]) => [status, all[index] ?? '']);
    return [`/things/${index}`, { post: operation(Object.fromEntries(words)) }];
  });
  return {
    openapi: '3.1.0',
    info: { title: 'things', version: '1', description: 'Things' },
    paths: Object.fromEntries(paths),
    components: { schemas: { Errors: {} }, securitySchemes: {} },
  };
}

const commands = { host: 'localhost:8000', login: "'X-User: 1'" };

const rowsOf = (schema: JsonSchema): string[][] => {
  const document = documentOf({});
  const page = renderDocs(
    { ...document, components: { ...document.components, schemas: { Errors: {}, Thing: schema } } },
    commands,
  );
  const [, table = ''] = page.split('<h3 id="Thing">');
  return [...table.matchAll(/<tr><th scope="row">(.*?)<\/th><td>(.*?)<\/td>/gs)].map(([, head = '', cell = '']) => [
    textOf(head),
    ...[...cell.matchAll(/<p>(.*?)<\/p>/gs)].map(([, paragraph = '']) => textOf(paragraph)),
  ]);
};

describe('a table of fields', () => {
  it.each<[JsonSchema, string]>([
    [{ type: 'string', minLength: 1, maxLength: 255, format: 'uri' }, 'string (uri, 1 to 255 characters)'],
    [{ type: 'integer', minimum: 0, maximum: 9007199254740991 }, 'integer (at least 0)'],
    [{ type: 'number', minimum: 0, maximum: 1 }, 'number (0 to 1)'],
    [{ type: ['string', 'null'] }, 'string or null'],
    [{ anyOf: [{ type: 'boolean' }, { type: 'null' }] }, 'boolean or null'],
    [{ enum: ['a', 'b'] }, 'one of "a", "b"'],
    [{ const: true }, 'true'],
    [{}, 'any value'],
    [
      { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 9 } },
      'array (at most 5 elements) of string (at most 9 characters)',
    ],
    [
      { type: 'object', maxProperties: 2, additionalProperties: { type: 'string' } },
      'object (at most 2 fields) with values of string',
    ],
    [{ $ref: '#/components/schemas/Errors' }, 'Errors'],
  ])('names the type %j', (schema, words) => {
    expect(rowsOf({ properties: { a: schema } })).toEqual([['a', words]]);
  });

  it('shows nested fields after their own, each form of an object, and what is ignored in one row', () => {
    const form = (type: string, field: string) => ({
      type: 'object',
      required: ['type'],
      properties: { type: { const: type }, [field]: { type: 'string' }, hint: { readOnly: true, description: 'Ours' } },
    });
    const schema = {
      required: ['list'],
      properties: {
        id: { readOnly: true, description: 'Ours' },
        list: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer', default: 1 } } } },
        auth: {
          oneOf: [form('basic', 'user'), form('bearer', 'token')],
          description: 'One of `two`',
          example: { a: 1 },
        },
      },
    };
    expect(rowsOf(schema)).toEqual([
      ['list required', 'array of object'],
      ['list[].n', 'integer', 'Default: 1'],
      ['auth', 'object', 'One of two', 'Example: {"a":1}'],
      ['auth.type required (basic)', '"basic"'],
      ['auth.user (basic)', 'string'],
      ['auth.type required (bearer)', '"bearer"'],
      ['auth.token (bearer)', 'string'],
      ['id, auth.hint', 'Ours'],
    ]);
  });
});

describe('an operation', () => {
  it('has a command that a shell understands, whatever its example has', () => {
    const example = { text: `it's "$(id)" \`id\` \\ ! é\n</pre><script>`, number: 1 };
    const page = renderDocs(documentOf({ example }), commands);
    const command = textOf(/<pre>(.*?)<\/pre>/s.exec(page)?.[1] ?? '');
    expect(JSON.parse(argumentsOf(command).at(-1) ?? '')).toEqual(example);
    expect(page).not.toContain('<script');
  });

  it('has the login that the service accepts', () => {
    const document = documentOf({});
    const operation = { ...document.paths['/things/0']!.post!, security: [{ user: [] }, { token: [] }] as const };
    const secured = { ...document, paths: { '/things/0': { post: operation } } };
    const page = renderDocs(secured, { ...commands, login: '"Authorization: Bearer $token"' });
    const command = textOf(/<pre>(.*?)<\/pre>/s.exec(page)?.[1] ?? '');
    expect(argumentsOf(command)).toContain('Authorization: Bearer ');
  });

  it('says beside its errors only what is special to it', () => {
    const page = renderDocs(documentOf({}, { 422: ['Refused. Beside that: too `large`', 'Refused'] }), commands);
    const [, first = '', second = ''] = page.split('<details>').map(textOf);
    expect(first).toContain('422: Beside that: too large');
    expect(first).not.toContain('Refused');
    expect(second).not.toMatch(/422:|Refused.*Refused/s);
  });
});
