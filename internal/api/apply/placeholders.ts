import { createHash } from 'node:crypto';
import { SECRET_PART } from '../../domain/credentials/credential-secret.js';
import { HIDDEN_PART, isHidden } from '../../domain/secrets/hidden-url.js';

/*
 * A placeholder `env:NAME` in an exported webhook marks a secret. A client replaces it by the variable NAME before it
 * applies the file. A placeholder that reaches the service means the stored secret.
 */

type Json = Readonly<Record<string, unknown>>;

const PLACEHOLDER = /^env:[A-Z_][A-Z0-9_]*$/;
const PLAIN = /^[a-z0-9-]*$/;
const HASH_CHARACTERS = 8;

/** The places of secrets in a webhook: members, and members of members. An asterisk means every member. */
const PLACES: readonly (readonly [string] | readonly [string, string])[] = [
  ['url'],
  ['secret'],
  ['proxy'],
  ['tls', 'key'],
  ['auth', '*'],
  ['headers', '*'],
];

/** Finds the places of placeholders in a webhook, such as `auth.token`. */
export function placeholdersIn(webhook: object): readonly string[] {
  return placesOf(webhook).flatMap(([place, value]) =>
    typeof value === 'string' && PLACEHOLDER.test(value) ? [place] : [],
  );
}

/**
 * Replaces placeholders by what GET answers at their places, which keeps the stored values when it is sent back. A
 * secret that is never answered is left out, which keeps it as well.
 */
export function withStoredParts(webhook: object, answered: object): object {
  const stored = new Map(placesOf(answered));
  let result: Json = { ...webhook };
  for (const place of placeholdersIn(webhook)) result = replaced(result, place.split(/\.(.*)/s), stored.get(place));
  return result;
}

/** The placeholders without a stored value. `answered` is what GET answers about the webhook. */
export function unknownPlaceholders(webhook: object, answered: object | undefined): readonly string[] {
  const stored = new Map(answered ? placesOf(answered) : []);
  const unanswered = answered ? unansweredIn(answered) : [];
  return placeholdersIn(webhook).filter((place) => stored.get(place) === undefined && !unanswered.includes(place));
}

/** Replaces everything that is not shown in the answer about a webhook by placeholders. */
export function withPlaceholders(key: string, answered: object): Json {
  const hidden = placesOf(answered).filter(([place, value]) => {
    if (place === 'proxy') return typeof value === 'string' && value.includes(`${HIDDEN_PART}@`);
    return typeof value === 'string' && (value === HIDDEN_PART || (URL.canParse(value) && isHidden(value)));
  });
  return [...hidden.map(([place]) => place), ...unansweredIn(answered)].reduce<Json>(
    (json, place) => replaced(json, place.split(/\.(.*)/s), nameOf(key, place)),
    { ...answered },
  );
}

/** The places of secrets that an answer never contains. */
function unansweredIn(answered: object): readonly string[] {
  const { auth, tls, secrets } = answered as {
    readonly auth?: { readonly type: keyof typeof SECRET_PART };
    readonly tls?: { readonly certificate?: string };
    readonly secrets?: readonly unknown[];
  };
  return [
    ...(secrets ? ['secret'] : []),
    ...(auth ? [`auth.${SECRET_PART[auth.type]}`] : []),
    ...(tls?.certificate === undefined ? [] : ['tls.key']),
  ];
}

function placesOf(webhook: object): readonly (readonly [place: string, value: unknown])[] {
  const members = new Map<string, unknown>(Object.entries(webhook));
  return PLACES.flatMap(([name, inner]) => {
    const value = members.get(name);
    if (inner === undefined) return [[name, value] as const];
    if (typeof value !== 'object' || value === null) return [];
    const found = Object.entries(value).filter(([each]) => inner === '*' || inner === each);
    return found.map(([each, part]) => [`${name}.${each}`, part] as const);
  });
}

/** Undefined removes the member. */
function replaced(json: Json, [name = '', inner]: readonly string[], value: unknown): Json {
  const { [name]: member, ...others } = json;
  if (inner) return { ...json, [name]: replaced(member as Json, [inner], value) };
  return value === undefined ? others : { ...json, [name]: value };
}

/** The placeholder of a place: `HUKZ_SHOP_ORDERS_AUTH_TOKEN`. */
const nameOf = (key: string, place: string) =>
  `env:HUKZ_${variable(key)}_${place
    .split(/\.(.*)/s)
    .filter(Boolean)
    .map(variable)
    .join('_')}`;

/** Upper case. A hash keeps apart what only other characters keep apart. */
function variable(text: string): string {
  const upper = text.replaceAll(/[^A-Za-z0-9]/g, '_').toUpperCase();
  const isPlain = PLAIN.test(text) || /^[a-z_]+$/.test(text);
  if (isPlain) return upper;
  return `${upper}_${createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS).toUpperCase()}`;
}
