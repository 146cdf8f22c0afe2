import { schemeNameIn, type WebhookSettings } from '../matching/webhook-settings.js';
import { schemeOf } from '../signature/schemes.js';

/**
 * The settings for which a space may have defaults. The others belong to a single receiver: a signature, credentials, a
 * proxy and TLS have secrets of the webhook, `listen` names a program, and a filter or an order decides which messages
 * are stored, and how.
 */
export const DEFAULTED = [
  'format',
  'method',
  'headers',
  'passHeaders',
  'timeoutMs',
  'retry',
  'maxInFlight',
  'rate',
  'breaker',
  'disableAfterMs',
] as const satisfies readonly (keyof WebhookSettings)[];

/** The settings of webhooks whose members have defaults of their own. */
const BY_MEMBER = ['retry', 'breaker'] as const satisfies readonly (typeof DEFAULTED)[number][];

export type SpaceDefaults = Pick<WebhookSettings, (typeof DEFAULTED)[number]>;

/**
 * The settings of a webhook: its own ones, and those of its space where it has none. `retry` and `breaker` are resolved
 * by member, because an absent member of them means its default.
 */
export function withDefaults(own: WebhookSettings, defaults: SpaceDefaults): WebhookSettings {
  const merged = new Map<string, unknown>(Object.entries(besides(own, defaults)));
  for (const [name, value] of Object.entries(own)) if (value !== undefined) merged.set(name, value);
  for (const name of BY_MEMBER) {
    const [mine, theirs] = [own[name], defaults[name]];
    if (typeof mine === 'object' && typeof theirs === 'object') merged.set(name, { ...theirs, ...mine });
  }
  return Object.fromEntries(merged) as WebhookSettings;
}

/**
 * The defaults for a webhook. Headers that only the webhook itself may set are left out: those of its signature, of its
 * credentials, and those that it passes on.
 */
function besides(own: WebhookSettings, defaults: SpaceDefaults): SpaceDefaults {
  const { headers, passHeaders } = defaults;
  if (!headers && !passHeaders) return defaults;
  const taken = new Set([...signatureHeaders(own), ...credentialHeaders(own)]);
  return {
    ...defaults,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).filter(
          ([name]) => !taken.has(name.toLowerCase()) && !own.passHeaders?.includes(name.toLowerCase()),
        ),
      ),
    }),
    ...(passHeaders && { passHeaders: passHeaders.filter((name) => !taken.has(name) && !isSet(own, name)) }),
  };
}

const credentialHeaders = ({ auth }: WebhookSettings): readonly string[] =>
  auth ? [auth.type === 'api_key' ? auth.header.toLowerCase() : 'authorization'] : [];

const isSet = ({ headers = {} }: WebhookSettings, name: string) =>
  Object.keys(headers).some((each) => each.toLowerCase() === name);

function signatureHeaders(settings: WebhookSettings): readonly string[] {
  const name = schemeNameIn(settings);
  if (name === 'none') return [];
  const scheme = schemeOf(name);
  return scheme.headerNames(settings.signature?.prefix ?? scheme.defaultPrefix ?? '');
}

/** The defaults of one space, which resolve equal settings of its webhooks to one object. */
export class DefaultsOfSpace {
  private readonly resolved = new WeakMap<WebhookSettings, WebhookSettings>();

  constructor(
    readonly settings: SpaceDefaults,
    /** The reason why some of the stored defaults could not be read. */
    readonly problem: string | undefined,
  ) {}

  resolve(own: WebhookSettings): WebhookSettings {
    const known = this.resolved.get(own);
    if (known) return known;
    const settings = withDefaults(own, this.settings);
    this.resolved.set(own, settings);
    return settings;
  }
}
