import { SCOPES, type Scope } from './scopes.js';

/** A named bundle of scopes, and the spaces that a token of the role may have. */
export interface Role {
  readonly about: string;
  readonly scopes: ReadonlySet<Scope>;
  /** `none`: the token reaches all spaces. `some`: it names its spaces. `any`: either. */
  readonly spaces: 'none' | 'some' | 'any';
}

const ALL = [...SCOPES.keys()];
const TOKENS: ReadonlySet<Scope> = new Set(['tokens:read', 'tokens:write']);
/** The scopes of a reader of a space. Events and their subjects belong to all spaces. */
const READ: readonly Scope[] = [
  ...(['events:read', 'webhooks:read', 'deliveries:read', 'logs:read'] as const),
  ...(['messages:read', 'spaces:read', 'accounting:read'] as const),
];
const WRITE: readonly Scope[] = [
  ...(['webhooks:write', 'webhooks:test', 'secrets:rotate', 'deliveries:write'] as const),
  ...(['replays:write', 'messages:publish'] as const),
];

const WORDS = {
  admin: { about: 'everything', scopes: ALL, spaces: 'none' },
  operator: {
    about: 'everything in all spaces, apart from tokens',
    scopes: ALL.filter((scope) => !TOKENS.has(scope)),
    spaces: 'none',
  },
  space_admin: {
    about: 'everything in its spaces, with tokens for them',
    scopes: [...READ, ...WRITE, ...TOKENS, 'audit:read'],
    spaces: 'some',
  },
  space_writer: {
    about: 'webhooks, messages and deliveries of its spaces',
    scopes: [...READ, ...WRITE],
    spaces: 'some',
  },
  space_reader: { about: 'reads its spaces, with payloads', scopes: READ, spaces: 'some' },
  publisher: { about: 'publishes messages, and nothing else', scopes: ['messages:publish'], spaces: 'any' },
} as const satisfies Readonly<Record<string, { about: string; scopes: readonly Scope[]; spaces: Role['spaces'] }>>;

export type RoleName = keyof typeof WORDS;

export const ROLE_NAMES = [
  'admin',
  'operator',
  'space_admin',
  'space_writer',
  'space_reader',
  'publisher',
] as const satisfies readonly RoleName[];

/** Finds a role by its name. A later version of hukz may have stored a name that this version does not know. */
export function findRole(name: string): Role | undefined {
  const known = ROLE_NAMES.find((each) => each === name);
  if (known === undefined) return undefined;
  const { about, scopes, spaces } = WORDS[known];
  return { about, scopes: new Set(scopes), spaces };
}

/**
 * The scopes that no token of some spaces may have: events belong to all spaces, and so does their list of spaces. A
 * message may be owed to webhooks of several spaces.
 */
export const SCOPES_OF_ALL_SPACES: ReadonlySet<Scope> = new Set([
  ...(['events:write', 'spaces:write', 'messages:erase'] as const),
]);
