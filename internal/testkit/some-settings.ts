import { type ParsedFilter, parseFilter } from '../domain/filter/parsing/parse-filter.js';
import type { WebhookSettings } from '../domain/matching/webhook-settings.js';
import { someFilter } from './filters/some-filters.js';
import { fc } from './properties.js';

type Arbitraries = { readonly [Key in keyof WebhookSettings]-?: fc.Arbitrary<NonNullable<WebhookSettings[Key]>> };

const text = fc.string({ minLength: 1, maxLength: 12 });
const count = fc.integer({ min: 0, max: 2 ** 31 });
const share = fc.constantFrom(0, 0.25, 1);
const optional = { requiredKeys: [] as [] };
/** Names of headers may be those of settings. */
const headerName = fc.constantFrom('timeoutMs', 'passHeaders', 'auth', 'version', 'x-team');

const SCHEDULES = [
  fc.record({ kind: fc.constant('waits' as const), waitsMs: fc.array(count) }),
  fc.record({ kind: fc.constant('constant' as const), waitMs: count, tries: count }),
  fc.record({ kind: fc.constant('exponential' as const), startMs: count, factor: count, capMs: count, tries: count }),
] as const;
const OAUTH2 = {
  type: fc.constant('oauth2' as const),
  clientId: text,
  tokenUrl: text,
  issuer: text,
  scope: text,
  audience: text,
  clientAuth: fc.constant('client_secret_post' as const),
};

const isParsed = (filter: ParsedFilter): filter is Extract<ParsedFilter, { readonly ok: true }> => filter.ok;

const ARBITRARIES: Arbitraries = {
  format: fc.constantFrom('hukz', 'cloudevents', 'slack'),
  method: fc.constantFrom('POST', 'PUT', 'PATCH'),
  headers: fc.dictionary(headerName, text),
  passHeaders: fc.array(text),
  signature: fc.record(
    { scheme: fc.constantFrom('standard', 'github', 'none'), prefix: text },
    { requiredKeys: ['scheme'] },
  ),
  auth: fc.oneof(
    fc.record({ type: fc.constant('basic' as const), username: text }),
    fc.record({ type: fc.constant('bearer' as const) }),
    fc.record({ type: fc.constant('api_key' as const), header: text }),
    fc.record(OAUTH2, { requiredKeys: ['type', 'clientId'] }),
  ),
  tls: fc.record({ ca: text, certificate: text, insecure: fc.constant(true as const) }, optional),
  proxy: fc.oneof(
    fc.constant('none' as const),
    fc.record({ host: text, port: count, login: fc.constant(true as const) }, { requiredKeys: ['host', 'port'] }),
  ),
  retry: fc.record(
    { schedule: fc.oneof(...SCHEDULES), jitter: share, maxAgeMs: count, finalStatuses: fc.array(count) },
    optional,
  ),
  timeoutMs: count,
  maxInFlight: count,
  rate: fc.record({ count, perMs: count }),
  breaker: fc.oneof(fc.constant('off' as const), fc.record({ failures: count, share }, optional)),
  ordering: fc.oneof(
    fc.record({ by: fc.constant('webhook' as const) }),
    fc.record({ by: fc.constant('key' as const), header: text }),
    fc.record({ by: fc.constant('key' as const), pointer: text }),
  ),
  filter: someFilter
    .map(parseFilter)
    .filter(isParsed)
    .map(({ value }) => value),
  filterOversize: fc.constantFrom('send', 'skip'),
  disableAfterMs: count,
  listenMs: count,
};

/** Any settings of a webhook, each in any of its forms. */
export const someSettings: fc.Arbitrary<WebhookSettings> = fc.record(ARBITRARIES, optional);
