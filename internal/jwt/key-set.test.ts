import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { makeGuardedAgents } from '../destinations/connection/guarded-agents.js';
import { makeTestLogger } from '../testkit/kits/test-logger.js';
import { makeTestOpener } from '../testkit/kits/test-opener.js';
import { type Issuer, startIssuer } from '../testkit/tokens/issuer.js';
import { fetchKeys } from './fetch-keys.js';
import { type KeySet, makeKeySet } from './key-set.js';

let issuer: Issuer;
let keys: KeySet;
let now = 0;
let logger = makeTestLogger();
const stopping = new AbortController();

function keySetOf(url: string, development = true, timeoutMs = 10_000): KeySet {
  const agents = makeGuardedAgents(makeTestOpener({ egress: { development } }));
  const request = { url, agents, userAgent: 'hukz/test', timeoutMs, stopping: stopping.signal };
  return makeKeySet({ fetchKeys: () => fetchKeys(request), monotonicMs: () => now, logger });
}

beforeEach(async () => {
  issuer = await startIssuer();
  logger = makeTestLogger();
  keys = keySetOf(issuer.url);
});
afterEach(async () => {
  await keys.stop();
  await issuer.stop();
});

it('keys are fetched once for many callers, and again after ten seconds at the earliest', async () => {
  const first = await Promise.all(Array.from({ length: 50 }, () => keys.renewed()));
  expect(new Set(first).size).toBe(1);
  expect(issuer.asked()).toBe(1);
  await issuer.addKey();
  for (let n = 0; n < 50; n++) expect(await keys.renewed()).toBe(first[0]);
  expect(issuer.asked()).toBe(1);
  now += 10_000;
  expect(await keys.renewed()).not.toBe(first[0]);
  expect(issuer.asked()).toBe(2);
});

it('keys that have not changed stay the same object, so that verified JWTs are known on', async () => {
  const first = await keys.renewed();
  now += 10_000;
  expect(await keys.renewed()).toBe(first);
  expect(issuer.asked()).toBe(2);
});

it('an issuer that takes all its keys back leaves none', async () => {
  const first = await keys.renewed();
  issuer.keys.splice(0);
  now += 10_000;
  const second = await keys.renewed();
  expect(second).toBeDefined();
  expect(second).not.toBe(first);
  expect(keys.problem()).toBeUndefined();
});

it.each<[string, Issuer['answer'], RegExp]>([
  ['a 500', (res) => res.writeHead(500).end('{}'), /^the answer is a 500$/],
  ['a redirect', (res) => res.writeHead(302, { location: 'http://169.254.169.254/' }).end(), /^the answer is a 302$/],
  ['no JSON', (res) => res.end('<html>'), /^the answer is not JSON$/],
  ['a list', (res) => res.end('[]'), /not a JSON Web Key Set/],
  ['keys that are none', (res) => res.end('{"keys":[1]}'), /not a JSON Web Key Set/],
  ['too many keys', (res) => res.end(JSON.stringify({ keys: Array(101).fill({}) })), /more than 100 keys/],
  ['an endless answer', (res) => res.end(Buffer.alloc(1 << 20, 'x')), /longer than 64 KiB/],
  ['no answer', (res) => res.destroy(), /./],
])('%s keeps the keys from before, with one line in the log', async (_what, answer, problem) => {
  const first = await keys.renewed();
  issuer.answer = answer;
  for (let n = 0; n < 3; n++) {
    now += 10_000;
    expect(await keys.renewed()).toBe(first);
  }
  expect(issuer.asked()).toBe(4);
  expect(keys.problem()).toMatch(problem);
  expect(logger.lines.slice(1)).toEqual([
    { level: 'warn', name: 'jwks.fetch_failed', fields: { error: keys.problem(), keys_kept: true } },
  ]);
  issuer.answer = undefined;
  now += 10_000;
  expect(await keys.renewed()).toBe(first);
  expect(keys.problem()).toBeUndefined();
  expect(logger.lines.at(-1)?.name).toBe('jwks.restored');
});

it('an issuer that never answers is given up', async () => {
  issuer.answer = () => undefined;
  const impatient = keySetOf(issuer.url, true, 50);
  expect(await impatient.renewed()).toBeUndefined();
  expect(impatient.problem()).toBe('no answer within 50 ms');
});

it('an issuer at an address that EGRESS rules close is not asked', async () => {
  const closed = keySetOf(issuer.url, false);
  expect(await closed.renewed()).toBeUndefined();
  expect(closed.problem()).toMatch(/is not a public address/);
  expect(issuer.asked()).toBe(0);
});
