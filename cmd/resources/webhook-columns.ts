import type { Hukz } from '../../packages/client/src/hukz.js';
import type { PageOf } from '../../packages/client/src/list.js';
import type { Webhook } from '../../packages/client/src/resources/webhooks.js';
import type { Colour } from '../output/colour.js';
import type { Columns } from '../output/columns.js';

type ListedWebhook = Awaited<ReturnType<Hukz['webhooks']['list']>> extends PageOf<infer Node> ? Node : never;

const STATE_COLOURS: Readonly<Record<string, Colour>> = {
  active: 'green',
  paused: 'yellow',
  open: 'red',
  disabled: 'dim',
};

/** Whether the webhook gets deliveries, in the words of the filter `--state`. */
function stateOf({ enabled, paused_at, circuit }: Pick<Webhook, 'enabled' | 'paused_at' | 'circuit'>): string {
  if (!enabled) return 'disabled';
  if (paused_at !== undefined) return 'paused';
  return circuit === undefined ? 'active' : 'open';
}

/** Whole webhooks have their events, brief ones the ids of them. */
function eventsOf(webhook: ListedWebhook | Webhook): readonly (string | number)[] {
  return 'events' in webhook ? webhook.events.map(({ event }) => event) : webhook.event_ids;
}

export const WEBHOOK_COLUMNS: Columns<ListedWebhook | Webhook> = [
  { name: 'id' },
  { name: 'key' },
  { name: 'state', of: stateOf, colour: (webhook) => STATE_COLOURS[stateOf(webhook)] },
  { name: 'url' },
  { name: 'events', of: eventsOf },
  { name: 'name', isWide: true },
  { name: 'space_id', isWide: true },
  { name: 'tags', isWide: true },
  { name: 'managed_by', isWide: true },
  { name: 'updated_at', isWide: true },
];

type Effective = NonNullable<Webhook['effective']>;
type Found = { readonly value: unknown; readonly source: string } | undefined;

/** The value by which hukz sends, and where it comes from. */
const found = (name: string, of: (effective: Effective) => Found) => ({
  name,
  of: ({ effective }: Webhook) => {
    const { value = null, source = '' } = (effective && of(effective)) ?? {};
    return `${typeof value === 'string' ? value : JSON.stringify(value)} (${source})`;
  },
});

/** The settings of one webhook with their sources. */
export const EFFECTIVE_COLUMNS: Columns<Webhook> = [
  found('format', ({ format }) => format),
  found('method', ({ method }) => method),
  found('headers', ({ headers }) => headers),
  found('pass_headers', ({ pass_headers }) => pass_headers),
  found('timeout', ({ timeout }) => timeout),
  found('retry.schedule', ({ retry }) => retry.schedule),
  found('retry.jitter', ({ retry }) => retry.jitter),
  found('retry.max_age', ({ retry }) => retry.max_age),
  found('retry.final_statuses', ({ retry }) => retry.final_statuses),
  found('max_in_flight', ({ max_in_flight }) => max_in_flight),
  found('rate', ({ rate }) => rate),
  found('breaker.failures', ({ breaker }) => breaker.failures),
  found('breaker.share', ({ breaker }) => breaker.share),
  found('disable_after', ({ disable_after }) => disable_after),
];
