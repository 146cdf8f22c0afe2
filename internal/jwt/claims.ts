import { parseSubject } from '../domain/matching/subject.js';
import { parseResourceName, type ResourceName } from '../domain/message/headers/resource-name.js';
import { type Parsed, parsed, refused } from '../domain/text/parsed.js';
import { findRole } from '../identity/roles.js';
import type { Scope } from '../identity/scopes.js';

/** The claims that say what the holder of a JWT may do. */
export interface ClaimNames {
  readonly role: string;
  readonly spaces: string;
  readonly events: string;
  readonly user: string;
}

/** The permissions that the claims of a JWT give. */
export interface JwtGrant {
  readonly subject: string;
  readonly userId: number;
  readonly scopes: ReadonlySet<Scope>;
  /** Undefined means all spaces. */
  readonly spaces: readonly ResourceName[] | undefined;
  /** Undefined means all subjects. */
  readonly events: readonly string[] | undefined;
  readonly expiresAt: Date;
}

export type Claims = Readonly<Record<string, unknown>>;

const MAX_SPACES = 1000;
const MAX_EVENTS = 100;
/** Changes of a JWT without a user are recorded as changes of the same user as those of `hukz token create`. */
const NO_USER = 1;
const SUBJECT = /^[\x21-\x7e]{1,255}$/;
const SPACE_NUMBER = /^[1-9][0-9]{0,15}$/;

/**
 * Reads the claims of a JWT that was verified. A claim that is missing or has another form is refused and never
 * ignored, so that a JWT may not do more than its issuer has written.
 */
export function readClaims(claims: Claims, names: ClaimNames): Parsed<JwtGrant> {
  const { sub, exp } = claims;
  if (typeof sub !== 'string' || !SUBJECT.test(sub))
    return refused('the claim "sub" has to be 1 to 255 visible ASCII characters');
  if (typeof exp !== 'number') return refused('the claim "exp" is missing');
  const word = claims[names.role];
  const role = typeof word === 'string' ? findRole(word) : undefined;
  if (!role) return refused(`the claim "${names.role}" does not name a role of hukz`);
  const spaces = listIn(claims, names.spaces, { max: MAX_SPACES, read: spaceOf, what: SPACES });
  if (!spaces.ok) return spaces;
  if (role.spaces === 'some' && spaces.value === undefined)
    return refused(`the role in "${names.role}" needs its spaces in the claim "${names.spaces}"`);
  if (role.spaces === 'none' && spaces.value !== undefined)
    return refused(`the role in "${names.role}" has all spaces, and the claim "${names.spaces}" names some`);
  const events = listIn(claims, names.events, { max: MAX_EVENTS, read: eventOf, what: 'subjects' });
  if (!events.ok) return events;
  const userId = userIn(claims[names.user]);
  if (userId === undefined) return refused(`the claim "${names.user}" has to be the number of a user`);
  return parsed({
    subject: `jwt:${sub}`,
    userId,
    scopes: role.scopes,
    spaces: spaces.value,
    events: events.value,
    expiresAt: new Date(exp * 1000),
  });
}

interface ListForm<T> {
  readonly max: number;
  read(item: unknown): T | undefined;
  readonly what: string;
}

const SPACES = 'spaces, as numbers or "key:<key>"';

/** One value is a list of one: some issuers write only texts. */
function listIn<T>(claims: Claims, name: string, { max, read, what }: ListForm<T>): Parsed<readonly T[] | undefined> {
  const claim = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (claim === undefined) return parsed(undefined);
  const given: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const items = given.length <= max ? given.flatMap((item) => read(item) ?? []) : [];
  if (given.length === 0 || items.length !== given.length)
    return refused(`the claim "${name}" has to list 1 to ${max} ${what}`);
  return parsed(items);
}

function spaceOf(item: unknown): ResourceName | undefined {
  if (typeof item === 'number') return Number.isSafeInteger(item) && item > 0 ? item : undefined;
  return typeof item === 'string' && !SPACE_NUMBER.test(item) ? parseResourceName(item, SPACE_NUMBER) : undefined;
}

function eventOf(item: unknown): string | undefined {
  return typeof item === 'string' && parseSubject(item, { allowAll: true }).ok ? item : undefined;
}

function userIn(claim: unknown): number | undefined {
  if (claim === undefined) return NO_USER;
  return typeof claim === 'number' && Number.isSafeInteger(claim) && claim > 0 ? claim : undefined;
}
