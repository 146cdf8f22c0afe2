import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../packages/client/src/hukz.js';
import type { Mistake } from './declaration-mistake.js';
import { knownObjects } from './known-objects.js';
import { mergeDocuments } from './merge-documents.js';
import { placeProblem } from './name-places.js';
import { formatPlan } from './print-plan.js';
import { readDocuments } from './read-documents.js';

/** Reads files as one declaration. */
function read(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const mistakes: Mistake[] = [];
  const documents = Object.entries(files).flatMap(([name, text]) => readDocuments({ name, text }, env, mistakes));
  const merged = mergeDocuments(documents, mistakes);
  return { merged, mistakes: mistakes.map(({ at, message }) => `${at}: ${message}`) };
}

const valuesOf = (objects: readonly { readonly value: unknown }[] | undefined) => objects?.map(({ value }) => value);

const HOOKS = `# The receivers of the shop.
managed_by: shop
webhooks:
  - key: search/index
    url: https://\${HOST}/hook
    events: [key:orders]
    auth:
      type: bearer
      token: \${TOKEN:-none}
    headers: { x-team: search, authorization: secret-value }
`;

describe('several documents are one declaration', () => {
  it('of YAML and JSON, in any number of files', () => {
    const { merged, mistakes } = read(
      {
        'a.yml': 'managed_by: shop\nevents:\n- key: a\n---\n# nothing\n---\nevents: [{key: b}]\n',
        'b.json': '{\n\t"managed_by": "shop",\n\t"space": 7,\n\t"events": [{"key": "c", "name": "\\u00e9"}]\n}',
      },
      {},
    );
    expect(mistakes).toEqual([]);
    expect(merged.head).toEqual({ managed_by: 'shop', space: 7 });
    expect(valuesOf(merged.events)).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'c', name: 'é' }]);
    expect(merged.webhooks).toBeUndefined();
  });

  it('with aliases and merged keys', () => {
    const text = 'webhooks:\n- &base {key: a, url: https://x.example}\n- <<: *base\n  key: b\n';
    expect(valuesOf(read({ 'a.yml': text }).merged.webhooks)).toEqual([
      { key: 'a', url: 'https://x.example' },
      { key: 'b', url: 'https://x.example' },
    ]);
  });

  it('with aliases that make a document too large, which is refused before it is unfolded', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]`);
    const { mistakes } = read({ 'a.yml': ['managed_by: x', 'a0: &a0 [1]', ...levels].join('\n') });
    expect(mistakes).toEqual(['a.yml:1: aliases (*) make more than 1,000,000 values of this document']);
  });

  it.each([
    ['managed_by: a\n---\nmanaged_by: b\n', 'a.yml:3: "managed_by" differs from that in a.yml:1'],
    ['- 1\n', 'a.yml:1: a declaration is an object with "events", "webhooks" or both'],
    ['prune: true\nevents: 5\n', 'a.yml:2: "events" must be a list'],
    ['\n\ndry_run: true\n', 'a.yml:3: "dry_run" is not for files: use --dry-run'],
    ['webhooks:\n- max: 9007199254740993\n', /^a.yml:2: this number cannot be kept exactly/],
    ['webhooks:\n- url: [\n', /^a.yml:\d: this is no YAML or JSON: /],
    ['key: 1\nkey: 2\n', /^a.yml:2: this is no YAML or JSON: duplicated mapping key/],
  ])('and %j is a mistake with its place', (text, expected) => {
    expect(read({ 'a.yml': text }).mistakes).toEqual([
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    ]);
  });
});

describe('variables', () => {
  it('are put into texts, and never add structure', () => {
    const { merged, mistakes } = read({ 'a.yml': HOOKS }, { HOST: 'x.example"\n- y: 1', TOKEN: '' });
    expect(mistakes).toEqual([]);
    expect(valuesOf(merged.webhooks)).toMatchObject([
      { url: 'https://x.example"\n- y: 1/hook', auth: { token: 'none' } },
    ]);
  });

  it('stay text, also if they look like numbers', () => {
    const { merged } = read({ 'a.yml': `webhooks: [{secret: "\${N}", name: "$\${N}"}]` }, { N: '1e5' });
    expect(valuesOf(merged.webhooks)).toEqual([{ secret: '1e5', name: `\${N}` }]);
  });

  it.each([
    [`\${MISSING}`, `a.yml:3: the variable MISSING is not set, and has no default (\${MISSING:-…})`],
    [`\${a.b}`, `a.yml:3: a variable is written as \${NAME} or \${NAME:-default}; write $\${ for the characters \${`],
  ])('that are missing or malformed are mistakes: %s', (text, expected) => {
    expect(
      read({ 'a.yml': `webhooks:\n- key: a\n  url: "https://\${OTHER}/${text}"\n` }, { OTHER: 'value' }).mistakes,
    ).toEqual([expected]);
  });
});

describe('a refusal of the API names the file and the line', () => {
  const { merged } = read(
    { 'a.yml': 'managed_by: shop\nprun: true\nwebhooks:\n- key: a\n', 'b.yml': HOOKS },
    { HOST: 'x' },
  );

  it.each([
    [
      { message: 'webhooks[1].auth.token: too short', source: 'webhooks[1].auth.token' },
      { at: 'b.yml:9', message: 'webhook search/index: auth.token too short' },
    ],
    [
      { message: 'webhooks[1].key: webhooks[0] has the same', source: 'webhooks[1].key' },
      { at: 'b.yml:4', message: 'webhook search/index: key a.yml:4 has the same' },
    ],
    [
      { message: 'webhooks[0]: url is a required field', source: 'webhooks[0].url' },
      { at: 'a.yml:4', message: 'webhook a: url is a required field' },
    ],
    [
      { message: 'prun: unknown field', source: 'prun' },
      { at: 'a.yml:2', message: 'prun: unknown field' },
    ],
    [{ message: 'too many' }, { at: 'the declaration', message: 'too many' }],
  ])('%j', (problem, expected) => {
    expect(placeProblem(problem, merged)).toEqual(expected);
  });
});

describe('a plan', () => {
  const { merged } = read({ 'a.yml': HOOKS }, { HOST: 'x.example', TOKEN: 'the-token' });
  const exported = {
    webhooks: [{ key: 'search/index', url: 'https://old.example/hook?token=abc', timeout: '5s', events: ['key:old'] }],
  };
  const show = (plan: Plan['plan'], stored: object = exported) =>
    formatPlan(plan, knownObjects(merged, stored), (colour, text) => (colour === 'bold' ? text : `<${colour}>${text}`));
  const step = (given: Partial<Plan['plan'][number]>): Plan['plan'][number] => {
    return { kind: 'webhook', key: 'search/index', do: 'change', fields: [], ...given };
  };

  it('shows what a new object has, without its secrets and the values of variables', () => {
    expect(show([step({ do: 'create' })])).toBe(`<green>+ webhook search/index
    <green>+ url                   = "https://\${HOST}/hook"
    <green>+ events                = ["key:orders"]
    <green>+ auth.type             = "bearer"
    <green>+ auth.token            = (secret)
    <green>+ headers.x-team        = "search"
    <green>+ headers.authorization = (secret)

Plan: 1 to create, 0 to change, 0 to remove.
`);
  });

  it('shows old and new values of what changes', () => {
    const changed = step({ fields: ['url', 'timeout', 'events', 'auth.token', 'auth', 'name'] });
    expect(show([changed, step({ key: 'other', do: 'keep' })])).toBe(`<yellow>~ webhook search/index
    <yellow>~ url        = (secret) -> "https://\${HOST}/hook"
    <yellow>~ timeout    = "5s" -> (default)
    <yellow>~ events     = ["key:old"] -> ["key:orders"]
    <yellow>~ auth.token = (secret)
    <yellow>~ auth       = (secret) -> {"type":"bearer","token":"(secret)"}
    <yellow>~ name       = (default) -> (default)

Plan: 0 to create, 1 to change, 0 to remove, 1 unchanged.
`);
  });

  it('shows what is removed, and conflicts', () => {
    const plan = [
      step({ key: null, id: 7, do: 'remove' }),
      step({ do: 'conflict', because: 'webhook 3 has no managed_by: set take_over to change it' }),
    ];
    expect(show(plan)).toBe(`<red>- webhook 7 (no key)

<red>! webhook search/index: webhook 3 has no managed_by: set take_over to change it

Plan: 0 to create, 0 to change, 1 to remove, 1 in conflict.
`);
  });

  it('has no character that would control a terminal', () => {
    const { merged: hostile } = read({ 'a.yml': 'webhooks: [{key: k, name: "a\\e[2Jb"}]' });
    const text = formatPlan([step({ key: 'k', do: 'create' })], knownObjects(hostile), (_, shown) => shown);
    expect(text).toContain('\\u001b[2J');
    expect(text).not.toContain('\u001b');
  });
});
