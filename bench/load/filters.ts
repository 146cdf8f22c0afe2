import { evaluate } from '../../internal/domain/filter/evaluate.js';
import { MessageValues } from '../../internal/domain/filter/message-values.js';
import { parseFilter } from '../../internal/domain/filter/parsing/parse-filter.js';
import { eachPath, isInPayload } from '../../internal/domain/filter/paths-of.js';
import { WantedPaths } from '../../internal/domain/filter/values/wanted-paths.js';
import { Catalog, type CatalogWebhook } from '../../internal/domain/matching/catalog.js';
import { MessageView } from '../../internal/domain/matching/message-view.js';
import { isJson } from '../../internal/domain/message/json-bytes.js';

// `npm run build && node --expose-gc dist/bench/load/filters.js` measures the matching of W9 and W9x alone; see
// docs/performance.md.

const WEBHOOKS = 100_000;
const SUBJECT = 'order.paid';
const MAX_BYTES = 1024 * 1024;

interface Case {
  readonly name: string;
  filterOf(n: number): object;
}

const CASES: readonly Case[] = [
  {
    name: 'W9: an account of its own and two more conditions',
    filterOf: (n) => ({
      data: { account_id: `acct-${n}`, status: { $in: ['paid', 'shipped'] }, amount: { $gte: 100 } },
    }),
  },
  {
    name: 'W9x: a range, or a prefix, and two more conditions',
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
  },
];

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

const bytesUsed = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

function measure({ name, filterOf }: Case): void {
  say(name, '');
  const before = bytesUsed();
  const webhooks = Array.from({ length: WEBHOOKS }, (_, n) => webhookOf(n + 1, filterOf(n)));
  const parsed = bytesUsed();
  const catalog = new Catalog();
  const from = performance.now();
  const events = [{ id: 1, subject: SUBJECT }];
  catalog.apply({ version: 1, events, deletedEventIds: [], webhooks, deletedWebhookIds: [], spaces: [] });
  say('  added to the catalog, per webhook', `${(((performance.now() - from) * 1000) / WEBHOOKS).toFixed(1)} µs`);
  say('  memory per webhook, with its filter', `${Math.round((parsed - before) / WEBHOOKS)} bytes`);
  say('  memory per webhook, in the catalog', `${Math.round((bytesUsed() - parsed) / WEBHOOKS)} bytes more`);
  const payloads = Array.from({ length: 1000 }, (_, n) => payloadOf((n * 97) % WEBHOOKS));
  let fired = 0;
  const match = (payload: Buffer) => {
    fired += catalog.match(new MessageView(SUBJECT, [], payload, 0))?.length ?? 0;
  };
  timeOf(20_000, payloads, match);
  fired = 0;
  const indexed = Math.min(...[1, 2, 3].map(() => timeOf(20_000, payloads, match)));
  say('  matching', `${indexed.toFixed(1)} µs per message, which fires ${(fired / 60_000).toFixed(2)} webhooks`);
  const [scanned, checked] = [timeOf(20_000, payloads, isJson), timeOf(20_000, payloads, parseJson)];
  say('  the scan that only asks whether it is JSON', `${scanned.toFixed(1)} µs; JSON.parse ${checked.toFixed(1)} µs`);
  const oneByOne = timeOf(20, payloads, makeOneByOne(webhooks));
  say(
    '  filters evaluated one after the other',
    `${oneByOne.toFixed(0)} µs, ${(oneByOne / indexed).toFixed(0)} × as much`,
  );
  const changes = timeOf(2000, webhooks, (webhook, n) =>
    catalog.apply({
      version: n + 2,
      events: [],
      deletedEventIds: [],
      webhooks: [webhook],
      deletedWebhookIds: [],
      spaces: [],
    }),
  );
  say('  a change of one webhook', `${changes.toFixed(1)} µs`);
}

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

const say = (what: string, figure: string) => process.stdout.write(`${what.padEnd(50)} ${figure}\n`);

for (const one of CASES) measure(one);
