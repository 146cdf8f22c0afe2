import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeTestApi, type TestApi } from '../../testkit/kits/test-api.js';
import { resolved } from '../../testkit/schema-judge.js';
import type { OpenApi, Operation } from './openapi.js';

/** The names of operations are those of functions in generated clients, so that a name that was released stays. */
const OPERATION_IDS = [
  'applyDeclaration',
  'cancelDeliveries',
  'cancelDelivery',
  'cancelErasure',
  'cancelMessage',
  'cancelReplay',
  'checkSpaceEvent',
  'createApplication',
  'createApplicationEndpoint',
  'createApplicationEvent',
  'createEvent',
  'createEventSchema',
  'createReplay',
  'createSpace',
  'createSpaceWebhook',
  'createToken',
  'createWebhook',
  'deleteEvent',
  'deleteEventSchema',
  'deleteSpace',
  'deleteWebhook',
  'disableApplicationEndpoint',
  'discardQuarantined',
  'enableApplicationEndpoint',
  'eraseMessages',
  'explainMessage',
  'explainStoredMessage',
  'exportDeclaration',
  'getAccounting',
  'getDelivery',
  'getDocs',
  'getErasure',
  'getEvent',
  'getEventSchema',
  'getLiveness',
  'getMessage',
  'getOpenApi',
  'getPublishReadiness',
  'getQuarantined',
  'getReadiness',
  'getReplay',
  'getSpace',
  'getToken',
  'getWebhook',
  'getWebhookLog',
  'listAudit',
  'listDeadLetters',
  'listDeliveries',
  'listErasures',
  'listEventSchemas',
  'listEvents',
  'listMessages',
  'listOrderedKeys',
  'listQuarantine',
  'listReplays',
  'listSpaceWebhooks',
  'listSpaces',
  'listTokens',
  'listWebhookLogs',
  'listWebhooks',
  'pauseWebhook',
  'ping',
  'publishMessage',
  'publishMessages',
  'redirectToDocs',
  'releaseOrderedKey',
  'releaseOrderedKeyByValue',
  'releaseQuarantine',
  'releaseQuarantined',
  'replaceEvent',
  'replaceSpace',
  'replaceWebhook',
  'resumeWebhook',
  'retryDeliveries',
  'retryDelivery',
  'revokeToken',
  'rotateToken',
  'rotateWebhookSecret',
  'testWebhook',
  'testWebhookAuth',
  'testWebhookFilter',
  'updateEvent',
  'updateEventSchema',
  'updateSpace',
  'updateWebhook',
  'validateByEventSchema',
];

let api: TestApi;
let document: OpenApi;
let operations: readonly { readonly name: string; readonly operation: Operation }[];
beforeAll(async () => {
  api = await makeTestApi({ compat: { webhooksRs: { userId: undefined } } });
  document = (await api.send('GET', '/openapi.json').expect(200)).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );
});
afterAll(() => api.stop());

describe('each operation of the document', () => {
  it('has a name for generated clients, which is unique and stable', () => {
    const nameless = operations.filter(({ operation }) => !/^[a-z][a-zA-Z]+$/.test(operation.operationId));
    const advice = ({ name }: { name: string }) => `name the operationId of the endpoint "${name}" in camelCase`;
    expect(nameless.map(advice)).toEqual([]);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const added = ids.filter((id) => !OPERATION_IDS.includes(id)).map((id) => `add ${id} to OPERATION_IDS`);
    const gone = OPERATION_IDS.filter((id) => !ids.includes(id)).map((id) => `${id} was renamed: clients break`);
    expect([...added, ...gone]).toEqual([]);
  });

  it('has a tag and a summary', () => {
    const bare = operations.filter(({ operation: { tags, summary } }) => tags.length !== 1 || !tags[0] || !summary);
    expect(bare.map(({ name }) => `the endpoint "${name}" has no tag or no summary`)).toEqual([]);
  });

  it('has an example of each JSON body that it takes', () => {
    const lacking = operations.flatMap(({ name, operation }) =>
      Object.entries(operation.requestBody?.content ?? {})
        .filter(([type]) => /\bjson\b/.test(type) && !type.includes('ndjson'))
        .filter(([, { schema }]) => resolved(document, schema).example === undefined)
        .map(([type]) => `give the schema of the body of "${name}" (${type}) an example`),
    );
    expect(lacking).toEqual([]);
  });

  it('names Hukz-Ignored among the headers of its answers', () => {
    const without = operations.filter(({ operation }) =>
      Object.entries(operation.responses).some(
        ([status, { headers = {} }]) => status.startsWith('2') && !headers['Hukz-Ignored'],
      ),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});

describe('a generator of clients', () => {
  it('finds an object in place of each schema of a field, which those for Go and Python expect', () => {
    expect(booleansIn(document, '#')).toEqual([]);
    const { secret } = document.components.schemas.NewWebhook?.properties ?? {};
    expect(secret).toMatchObject({ type: 'string' });
    expect(JSON.stringify(document.components.schemas.NewWebhook)).toContain('"properties":{"secret":{"not":{}}}');
  });

  it('finds no constant among alternatives, after which the one for Python reads no other', () => {
    const { breaker } = document.components.schemas.Webhook?.properties ?? {};
    expect(breaker?.anyOf).toEqual([
      { type: 'string', enum: ['off'] },
      expect.objectContaining({ type: 'object', properties: expect.anything() }),
    ]);
    expect(JSON.stringify(document)).not.toMatch(/"anyOf":\[\{"type":"string","const":/);
  });

  it('finds a type that it knows for a message of plain bytes', () => {
    const { content = {} } = document.paths['/messages']?.post?.requestBody ?? {};
    expect(content['application/octet-stream']).toEqual(content['*/*']);
  });
});

/** The places of fields whose schema is `true` or `false`. */
function booleansIn(node: unknown, place: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [
    ...(place.endsWith('/properties') && typeof value === 'boolean' ? [`${place}/${name}`] : []),
    ...booleansIn(value, `${place}/${name}`),
  ]);
}
