import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { findRole, ROLE_NAMES, type RoleName } from '../../identity/roles.js';
import { makeTokenApi, type TokenApi } from '../../testkit/tokens/token-api.js';
import { makeWalled, NOTHING, type Walled } from '../../testkit/tokens/walled-space.js';
import type { OpenApi, Operation } from '../document/openapi.js';

/** How an operation names what belongs to a space. The first request of a row names it in the path. */
interface Row {
  /** The names beside the path: queries, or bodies. Each is a request. Without any there is one request. */
  readonly named?: (of: Walled) => readonly (string | object)[];
  /** A valid body beside a path that names something. */
  readonly body?: object;
  /** `space`: the operation is about one thing of a space. `list`: of all spaces. `shared`: of none. */
  readonly about: 'space' | 'list' | 'shared';
  /** The status for something of another space that is named in a query or in a body. Default: 404. */
  readonly refusal?: number;
}

const PATH: Row = { about: 'space' };
const SHARED: Row = { about: 'shared' };
const URL = 'https://example.com/hook';
const byWebhook = (name: string) => (of: Walled) => [`?${name}=${of.webhook}`, `?${name}=key:${of.webhookKey}`];
const bySpace = (name: string) => (of: Walled) => [`?${name}=${of.space}`, `?${name}=key:${of.spaceKey}`];
const both = (webhook: string, space: string) => (of: Walled) => [...byWebhook(webhook)(of), ...bySpace(space)(of)];
const bulk = (state: string) => (of: Walled) => [
  { filter: { state, webhook: of.webhook }, dry_run: true },
  { filter: { state, webhook: `key:${of.webhookKey}` }, dry_run: true },
  { filter: { state, space: of.space }, dry_run: true },
  { filter: { state, space: `key:${of.spaceKey}` }, dry_run: true },
];

/** Every operation of the document. A new operation needs a row here. */
const ROWS: Readonly<Record<string, Row>> = {
  ping: SHARED,
  getLiveness: SHARED,
  getReadiness: SHARED,
  getPublishReadiness: SHARED,
  getOpenApi: SHARED,
  getDocs: SHARED,
  redirectToDocs: SHARED,
  listEvents: SHARED,
  createEvent: { ...SHARED, body: { event: 'walls.new' } },
  getEvent: SHARED,
  replaceEvent: { ...SHARED, body: {} },
  updateEvent: { ...SHARED, body: {} },
  deleteEvent: SHARED,
  createEventSchema: { ...SHARED, body: { schema: true } },
  listEventSchemas: SHARED,
  validateByEventSchema: { ...SHARED, body: { payload: 1, schema: true } },
  getEventSchema: SHARED,
  updateEventSchema: { ...SHARED, body: {} },
  deleteEventSchema: SHARED,
  // Messages in quarantine owe nothing to a space, and callers of some spaces see none of them.
  listQuarantine: { about: 'list' },
  getQuarantined: SHARED,
  releaseQuarantine: { ...SHARED, body: {} },
  releaseQuarantined: SHARED,
  discardQuarantined: SHARED,
  createSpace: { ...SHARED, body: {} },
  createApplication: { ...SHARED, body: { name: 'a' } },
  replaceSpace: { ...PATH, body: {} },
  updateSpace: { ...PATH, body: {} },
  deleteSpace: PATH,
  getSpace: PATH,
  listSpaces: { about: 'list' },
  listWebhooks: { about: 'list', named: bySpace('space_id') },
  createWebhook: {
    about: 'space',
    named: (of) => [of.space, `key:${of.spaceKey}`].map((space_id) => ({ url: URL, event_ids: [], space_id })),
    refusal: 422,
  },
  listSpaceWebhooks: PATH,
  createSpaceWebhook: { ...PATH, body: { url: URL, event_ids: [] } },
  checkSpaceEvent: PATH,
  getWebhook: PATH,
  replaceWebhook: { ...PATH, body: {} },
  updateWebhook: { ...PATH, body: { name: 'changed' } },
  deleteWebhook: PATH,
  pauseWebhook: PATH,
  resumeWebhook: PATH,
  rotateWebhookSecret: PATH,
  testWebhook: PATH,
  testWebhookAuth: PATH,
  testWebhookFilter: { ...PATH, body: { filter: { data: { n: { $exists: true } } } } },
  listOrderedKeys: PATH,
  releaseOrderedKey: PATH,
  releaseOrderedKeyByValue: PATH,
  createReplay: { ...PATH, body: { since: '2h', dry_run: true } },
  listReplays: PATH,
  getReplay: PATH,
  cancelReplay: PATH,
  listWebhookLogs: { about: 'list', named: both('webhook_id', 'space_id') },
  getWebhookLog: PATH,
  listDeadLetters: { about: 'list', named: both('webhook_id', 'space_id') },
  listDeliveries: { about: 'list', named: both('webhook', 'space') },
  getDelivery: PATH,
  retryDelivery: PATH,
  cancelDelivery: PATH,
  cancelDeliveries: { about: 'list', named: bulk('held') },
  retryDeliveries: { about: 'list', named: bulk('dead') },
  listMessages: { about: 'list', named: bySpace('space') },
  getMessage: PATH,
  explainStoredMessage: PATH,
  explainMessage: {
    about: 'list',
    named: (of) => [
      { subject: 'tag.created', webhook: of.webhook },
      { subject: 'tag.created', webhook: `key:${of.webhookKey}` },
      { subject: 'tag.created', space: of.space },
      { subject: 'tag.created', space: `key:${of.spaceKey}` },
    ],
  },
  cancelMessage: PATH,
  eraseMessages: { ...SHARED, body: { ids: ['01890a5d-ac96-774b-bcce-b302099a8057'], dry_run: true } },
  listErasures: SHARED,
  getErasure: SHARED,
  cancelErasure: SHARED,
  publishMessage: { ...SHARED, body: { event: 'tag.created' } },
  publishMessages: { ...SHARED, body: [] },
  applyDeclaration: {
    about: 'space',
    named: (of) => [of.space, `key:${of.spaceKey}`].map((space) => ({ managed_by: 'walls', space, webhooks: [] })),
    refusal: 422,
  },
  exportDeclaration: { about: 'space', named: bySpace('space') },
  getAccounting: { about: 'list', named: both('webhook_id', 'space') },
  listTokens: { about: 'list' },
  createToken: {
    about: 'space',
    named: (of) =>
      [of.space, `key:${of.spaceKey}`].map((space) => ({ name: 'a', role: 'space_reader', spaces: [space] })),
    refusal: 422,
  },
  getToken: PATH,
  rotateToken: PATH,
  revokeToken: PATH,
  listAudit: { about: 'list', named: bySpace('space') },
  createApplicationEndpoint: { ...PATH, body: { url: URL, topics: ['tag.created'] } },
  createApplicationEvent: { ...PATH, body: { topic: 'tag.created', payload: {} } },
  disableApplicationEndpoint: PATH,
  enableApplicationEndpoint: PATH,
};

const [OWN, OTHER] = [707_070, 808_080];
let api: TokenApi;
let eventId: number;
let other: Walled;
const tokens = new Map<RoleName, string>();
let operations: readonly { readonly method: string; readonly path: string; readonly operation: Operation }[];

beforeAll(async () => {
  api = await makeTokenApi({ compat: { webhooksRs: { userId: undefined } } });
  const document: OpenApi = (await api.send('GET', '/openapi.json').expect(200)).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  eventId = (await api.send('POST', '/events', { event: 'tag.created' }).expect(201)).body.id;
  other = await makeWalled(api, OTHER, eventId);
  await makeWalled(api, OWN, eventId);
  for (const role of ROLE_NAMES) {
    const spaces = findRole(role)?.spaces === 'none' ? {} : { spaces: [OWN] };
    tokens.set(role, await api.token({ role, ...spaces }));
  }
});
afterAll(() => api.stop());

const QUERIES: Readonly<Record<string, (of: Walled) => string>> = {
  releaseOrderedKeyByValue: () => '?value=',
  checkSpaceEvent: () => '?event=tag.created',
  deleteSpace: (of) => `?confirm=${of.space}`,
};

function filled(path: string, operationId: string, of: Walled): string {
  const ids: Readonly<Record<string, string | number>> = {
    webhooks: of.webhook,
    'webhooks/logs': of.log,
    deliveries: of.delivery,
    messages: of.message,
    replays: of.replay,
    tokens: of.token,
    spaces: of.space,
    events: eventId,
  };
  const id = ids[/^\/((?:webhooks\/logs)|\w+)/.exec(path)?.[1] ?? ''];
  const names: Readonly<Record<string, string | number | undefined>> = {
    id,
    space_id: of.space,
    key: of.orderKey,
    app_id: of.application,
    endpoint_id: of.endpoint,
  };
  const whole = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(names[name]));
  return whole + (QUERIES[operationId]?.(of) ?? '');
}

/** The requests of an operation about what a space has. */
function requestsOf(
  at: (typeof operations)[number],
  of: Walled,
): readonly (readonly [path: string, body: object | undefined])[] {
  const row = ROWS[at.operation.operationId] ?? PATH;
  const path = filled(at.path, at.operation.operationId, of);
  if (!row.named) return [[path, row.body]];
  return row.named(of).map((each) => (typeof each === 'string' ? [path + each, row.body] : [path, each]));
}

/** The ids and keys of a space in an answer are written as those of another one. */
const neutral = (text: string, of: Walled) =>
  [...Object.entries(of)].reduce((all, [name, value]) => {
    return String(value).length > 4 ? all.replaceAll(String(value), `<${name}>`) : all;
  }, text);

const needed = ({ operation }: (typeof operations)[number]) => operation.security?.[0].user ?? [];
const isAllowed = (role: RoleName, at: (typeof operations)[number]) =>
  needed(at).every((scope) => findRole(role)?.scopes.has(scope));
const isOfSpaces = (role: RoleName) => findRole(role)?.spaces !== 'none';

async function stateOf(space: number): Promise<unknown> {
  const { rows } = await api.db.raw(
    `select (select jsonb_agg(to_jsonb(w) - 'catalog_version' order by w.id) from webhooks w where w.space_id = :space) as webhooks,
       (select jsonb_agg(d order by d.id) from deliveries d join webhooks w on w.id = d.webhook_id where w.space_id = :space) as owed,
       (select jsonb_agg(d order by d.id) from dead_letters d join webhooks w on w.id = d.webhook_id where w.space_id = :space) as dead,
       (select jsonb_agg(r order by r.id) from replays r join webhooks w on w.id = r.webhook_id where w.space_id = :space) as replays,
       (select jsonb_agg(t.digest::text order by t.id) from tokens t where t.spaces = array[:space]::bigint[] and t.revoked_at is null) as tokens,
       (select to_jsonb(s) from spaces s where s.id = :space) as space`,
    { space },
  );
  return rows[0];
}

it('the table has a row for each operation of the document, and no other', () => {
  const known = operations.map(({ operation }) => operation.operationId);
  expect(known.filter((id) => !(id in ROWS)).map((id) => `add ${id} to ROWS of walls.test.ts`)).toEqual([]);
  expect(Object.keys(ROWS).filter((id) => !known.includes(id))).toEqual([]);
});

it.each(ROLE_NAMES.map((role) => [role]))(
  '%s: each operation beyond its scopes is a 403, whatever it names',
  async (role) => {
    const token = tokens.get(role) ?? '';
    for (const at of operations.filter((each) => !isAllowed(role, each))) {
      for (const named of [other, NOTHING]) {
        for (const [path, body] of requestsOf(at, named)) {
          const { status } = await api.as(token, at.method, path, body);
          expect([at.method, path, status]).toEqual([at.method, path, 403]);
        }
      }
    }
  },
);

it.each(ROLE_NAMES.filter(isOfSpaces).map((role) => [role]))(
  '%s: what another space has is what nobody has, and nothing of it changes',
  async (role) => {
    const token = tokens.get(role) ?? '';
    const before = await stateOf(OTHER);
    for (const at of operations.filter((each) => isAllowed(role, each))) {
      const { about, refusal = 404, named } = ROWS[at.operation.operationId] ?? PATH;
      if (about === 'shared' || (about === 'list' && !named)) continue;
      const [there, nowhere] = [requestsOf(at, other), requestsOf(at, NOTHING)];
      for (const [n, [path, body]] of there.entries()) {
        const [pathOfNothing, bodyOfNothing] = nowhere[n] ?? [''];
        const found = await api.as(token, at.method, path, body);
        const missing = await api.as(token, at.method, pathOfNothing, bodyOfNothing);
        const place = [at.method, path, JSON.stringify(body)];
        expect([...place, found.status]).toEqual([...place, refusal]);
        expect(neutral(found.text, other)).toBe(neutral(missing.text, NOTHING));
        expect(missing.status).toBe(found.status);
      }
    }
    expect(await stateOf(OTHER)).toEqual(before);
  },
);

it.each(ROLE_NAMES.filter(isOfSpaces).map((role) => [role]))(
  '%s: no list, count or export shows anything of another space',
  async (role) => {
    const token = tokens.get(role) ?? '';
    for (const at of operations.filter((each) => isAllowed(role, each) && each.method === 'GET')) {
      const { about } = ROWS[at.operation.operationId] ?? PATH;
      if (about !== 'list') continue;
      const { status, text } = await api.as(token, 'GET', at.path);
      expect([at.path, status]).toEqual([at.path, 200]);
      const shown = Object.values(other).filter((value) => String(value).length > 4 && text.includes(String(value)));
      expect([at.path, shown]).toEqual([at.path, []]);
    }
  },
);

it.each(ROLE_NAMES.map((role) => [role]))('%s: what its space has is found', async (role) => {
  const token = tokens.get(role) ?? '';
  for (const at of operations.filter((each) => isAllowed(role, each))) {
    const { about } = ROWS[at.operation.operationId] ?? PATH;
    if (about === 'shared' || at.operation.operationId === 'deleteSpace') continue;
    const own = await makeWalled(api, OWN, eventId);
    for (const [path, body] of requestsOf(at, own)) {
      const { status } = await api.as(token, at.method, path, body);
      expect([at.method, path, [401, 403, 404, 500].includes(status)]).toEqual([at.method, path, false]);
    }
  }
});
