import { expect, it } from '@jest/globals';
import { covers } from '../domain/matching/subject-overlap.js';
import { fc } from '../testkit/properties.js';
import { userPrincipal } from './principal.js';
import { findRole, ROLE_NAMES, SCOPES_OF_ALL_SPACES } from './roles.js';
import { SCOPES } from './scopes.js';
import { excessOf, scopesOfGrant, type TokenGrant, tokenPrincipal } from './token-grant.js';

const OPEN: TokenGrant = { role: 'admin', scopes: null, spaces: null, events: null, expiresAt: null };
const principalOf = (grant: Partial<TokenGrant>) => tokenPrincipal({ ...OPEN, ...grant, id: 1, createdById: 1 });
const excess = (maker: Partial<TokenGrant>, grant: Partial<TokenGrant>) =>
  excessOf(principalOf(maker), { ...OPEN, ...grant }, covers);

it.each<[string, Partial<TokenGrant>, Partial<TokenGrant>, string | undefined]>([
  ['an admin makes an admin', {}, {}, undefined],
  ['a role makes no role above it', { role: 'operator' }, {}, 'scopes'],
  [
    'a space makes a token of itself',
    { role: 'space_admin', spaces: [7] },
    { role: 'space_reader', spaces: [7] },
    undefined,
  ],
  [
    'a space makes no token of another',
    { role: 'space_admin', spaces: [7] },
    { role: 'space_reader', spaces: [7, 8] },
    'spaces',
  ],
  ['a space makes no token of all', { role: 'space_admin', spaces: [7] }, { role: 'publisher' }, 'spaces'],
  ['a subject covers its part', { events: ['order.*'] }, { role: 'publisher', events: ['order.made'] }, undefined],
  ['a subject makes no wider one', { events: ['order.*'] }, { role: 'publisher', events: ['order.>'] }, 'events'],
  ['a subject makes no open one', { events: ['order.*'] }, { role: 'publisher' }, 'events'],
  ['a token that ends makes none that does not', { expiresAt: new Date(5) }, {}, 'expires_at'],
  [
    'a token that ends makes none that ends later',
    { expiresAt: new Date(5) },
    { expiresAt: new Date(6) },
    'expires_at',
  ],
  ['a token that ends makes one that ends then', { expiresAt: new Date(5) }, { expiresAt: new Date(5) }, undefined],
])('%s', (_name, maker, grant, expected) => {
  expect(excess(maker, grant)).toBe(expected);
});

const grants = fc.record({
  role: fc.constantFrom(null, ...ROLE_NAMES),
  scopes: fc.subarray([...SCOPES.keys()]),
  spaces: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })),
  events: fc.option(fc.array(fc.constantFrom('a.b', 'a.*', 'a.>', 'c.d'), { minLength: 1, maxLength: 2 })),
  expiresAt: fc.option(fc.integer({ min: 0, max: 3 }).map((ms) => new Date(ms))),
});

it('what a token makes may never do anything that its maker may not, through any number of makers', () => {
  fc.assert(
    fc.property(fc.array(grants, { minLength: 2, maxLength: 5 }), ([first, ...rest]) => {
      let maker = principalOf(first ?? {});
      const origin = maker;
      for (const grant of rest) {
        if (excessOf(maker, grant, covers) === undefined) maker = principalOf(grant);
      }
      for (const scope of maker.scopes) expect(origin.scopes.has(scope)).toBe(true);
      for (const space of [0, 1, 2, 3, 4]) {
        const reaches = ({ spaces }: typeof maker) => spaces === 'all' || spaces.includes(space);
        if (reaches(maker)) expect(reaches(origin)).toBe(true);
      }
      for (const subject of ['a.b', 'a.x', 'a.x.y', 'c.d', 'e']) {
        const publishes = ({ scopes, publishTo }: typeof maker) =>
          scopes.has('messages:publish') && (!publishTo || publishTo.some((own) => covers(own, subject)));
        if (publishes(maker)) expect(publishes(origin)).toBe(true);
      }
      const end = ({ expiresAt }: typeof maker) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
      expect(end(maker)).toBeLessThanOrEqual(end(origin));
    }),
  );
});

it('a role has scopes that exist, and a role of spaces has none that is about all spaces', () => {
  for (const name of ROLE_NAMES) {
    const role = findRole(name);
    expect([...(role?.scopes ?? [])].every((scope) => SCOPES.has(scope))).toBe(true);
    const isOfSpaces = role?.spaces !== 'none';
    const global = [...SCOPES_OF_ALL_SPACES].filter((scope) => role?.scopes.has(scope));
    if (isOfSpaces) expect([name, global]).toEqual([name, []]);
  }
  expect(findRole('admin')?.scopes).toEqual(userPrincipal(1).scopes);
});

it('a role or a scope of a later version gives nothing', () => {
  expect(scopesOfGrant({ role: 'emperor', scopes: null }).size).toBe(0);
  const mixed = scopesOfGrant({ role: null, scopes: ['logs:read', 'moon:write'] });
  expect([...mixed]).toEqual(['logs:read']);
});
