import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { evaluate } from '../../internal/domain/filter/evaluate.js';
import { MessageValues } from '../../internal/domain/filter/message-values.js';
import { parseFilter } from '../../internal/domain/filter/parsing/parse-filter.js';
import { eachPath, isInPayload } from '../../internal/domain/filter/paths-of.js';
import { WantedPaths } from '../../internal/domain/filter/values/wanted-paths.js';
import { Catalog, type CatalogWebhook } from '../../internal/domain/matching/catalog.js';
import { MessageView } from '../../internal/domain/matching/message-view.js';
import { isJson } from '../../internal/domain/message/json-bytes.js';

const WEBHOOKS = 100_000;
const SUBJECT = 'order.paid';
const MAX_BYTES = 1024 * 1024;

interface Case {
  filterOf(n: number): object;
}

/** Each filter has an account of its own, and two more conditions. */
export const ACCOUNTS: Case = {
  filterOf: (n) => ({
    data: { account_id: `acct-${n}`, status: { $in: ['paid', 'shipped'] }, amount: { $gte: 100 } },
  }),
};

/** Half of the filters have a range of their own, the others a prefix, and two more conditions. */
export const RANGES_AND_PREFIXES: Case = {
  filterOf: (n) =>
    n % 2 === 0
      ? {
          data: {
            amount: { $gte: 10 * n, $lt: 10 * n + 25 },
            status: { $ne: 'draft' },
            country: { $in: ['de', 'fr'] },
          },
        }
      : { data: { account_id: { $prefix: `acct-${n}` }, amount: { $gte: 100 }, status: { $exists: true } } },
};

function webhookOf(id: number, json: object): CatalogWebhook {
  const filter = parseFilter(JSON.parse(JSON.stringify(json)));
  if (!filter.ok) throw new Error(filter.problem);
  const settings = { filter: filter.value };
  return {
    id,
    url: 'https://receiver.example/',
    enabled: true,
    spaceId: 0,
    createdById: 1,
    tags: {},
    eventIds: [1],
    settings,
    secrets: [],
  };
}

/** A payload of 1 KiB, of the account `n`. */
function payloadOf(n: number): Buffer {
  const order = {
    id: `order-${n}`,
    account_id: `acct-${n}`,
    status: 'paid',
    amount: 10 * n + 5,
    country: 'de',
    customer: { name: 'Jane Doe', email: 'jane@example.com', tags: ['new', 'vip'] },
    items: Array.from({ length: 7 }, (_, item) => ({
      sku: `sku-${n}-${item}`,
      quantity: item,
      price: 9.99,
      taxed: true,
    })),
    note: '',
  };
  const note = 'x'.repeat(Math.max(0, 1024 - Buffer.byteLength(JSON.stringify(order))));
  return Buffer.from(JSON.stringify({ ...order, note }));
}

/** The costs of 100,000 filters, in microseconds per message of 1 KiB and bytes per webhook. */
export interface FilterCosts {
  readonly matchingUs: number;
  /** Webhooks that a message fires. */
  readonly fired: number;
  /** The scan that only asks whether the payload is JSON, in the same run. */
  readonly scanUs: number;
  readonly jsonParseUs: number;
  /** All filters evaluated one after the other, in the same run. */
  readonly oneByOneUs: number;
  readonly addUs: number;
  readonly changeUs: number;
  readonly filterBytes: number;
  readonly catalogBytes: number;
}

/** @param webhooks the number of webhooks on one event, each with a filter of its own */
export function measureFilters({ filterOf }: Case, webhooks = WEBHOOKS): FilterCosts {
  const before = bytesUsed();
  const all = Array.from({ length: webhooks }, (_, n) => webhookOf(n + 1, filterOf(n)));
  const parsed = bytesUsed();
  const catalog = new Catalog();
  const change = (version: number, changed: readonly CatalogWebhook[]) =>
    catalog.apply({ version, events: [], deletedEventIds: [], webhooks: changed, deletedWebhookIds: [], spaces: [] });
  const from = performance.now();
  const events = [{ id: 1, subject: SUBJECT }];
  catalog.apply({ version: 1, events, deletedEventIds: [], webhooks: all, deletedWebhookIds: [], spaces: [] });
  const addUs = ((performance.now() - from) * 1000) / webhooks;
  const catalogBytes = (bytesUsed() - parsed) / webhooks;
  const payloads = Array.from({ length: 1000 }, (_, n) => payloadOf((n * 97) % webhooks));
  let fired = 0;
  const match = (payload: Buffer) => {
    fired += catalog.match(new MessageView(SUBJECT, [], payload, 0))?.length ?? 0;
  };
  const shortest = (work: (payload: Buffer) => void) =>
    Math.min(...Array.from({ length: ROUNDS }, () => timeOf(MESSAGES, payloads, work)));
  timeOf(MESSAGES, payloads, match);
  fired = 0;
  const [matchingUs, scanUs, jsonParseUs] = [shortest(match), shortest(isJson), shortest(parseJson)];
  return {
    matchingUs,
    fired: fired / (MESSAGES * ROUNDS),
    scanUs,
    jsonParseUs,
    oneByOneUs: timeOf(ONE_BY_ONE_MESSAGES, payloads, makeOneByOne(all)),
    addUs,
    changeUs: timeOf(CHANGES, all, (webhook, n) => change(n + 2, [webhook])),
    filterBytes: (parsed - before) / webhooks,
    catalogBytes,
  };
}

const [MESSAGES, ROUNDS, ONE_BY_ONE_MESSAGES, CHANGES] = [20_000, 3, 20, 2000];

/** The heap after its garbage is collected. */
const bytesUsed = () => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
};

/** Evaluates the parsed filters over the values of one scan, without an index. */
function makeOneByOne(webhooks: readonly CatalogWebhook[]): (payload: Buffer) => void {
  const paths = new WantedPaths();
  const conditions = webhooks.flatMap(({ settings }) => (settings.filter ? [settings.filter.condition] : []));
  for (const condition of conditions) eachPath(condition, (path) => isInPayload(path) && paths.add(path));
  return (payload) => {
    const values = new MessageValues(SUBJECT, [], payload, { paths, maxBytes: MAX_BYTES });
    for (const condition of conditions) evaluate(condition, values);
  };
}

const parseJson = (payload: Buffer) => {
  JSON.parse(payload.toString());
};

function timeOf<T>(count: number, items: readonly T[], work: (item: T, n: number) => void): number {
  const from = performance.now();
  for (let n = 0; n < count; n++) {
    const item = items[n % items.length];
    if (item !== undefined) work(item, n);
  }
  return ((performance.now() - from) * 1000) / count;
}
