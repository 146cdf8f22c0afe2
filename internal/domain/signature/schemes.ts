import { github } from './github.js';
import type { Scheme } from './scheme.js';
import { standard } from './standard.js';
import { standardEd25519 } from './standard-ed25519.js';
import { webhooksEmitter } from './webhooks-emitter.js';

/** All signature schemes by public name. */
export const schemes = {
  standard,
  'standard-ed25519': standardEd25519,
  'webhooks-emitter': webhooksEmitter,
  github,
} as const satisfies Readonly<Record<string, Scheme>>;

export type SchemeName = keyof typeof schemes;

export const schemeNames = Object.keys(schemes) as readonly SchemeName[];

/** Returns a scheme with the general type, because the table has narrower types. */
export const schemeOf = (name: SchemeName): Scheme => schemes[name];
