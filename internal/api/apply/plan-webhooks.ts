import type { SecretChange, SecretPurpose } from '../../domain/secrets/secret.js';
import { AppError } from '../../errors.js';
import {
  findDeclaredWebhooks,
  type KnownWebhook,
  type OpenWebhook,
  readOpenWebhooks,
} from '../../store/declared/declared-webhooks.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { bySize } from '../../store/webhooks/by-size.js';
import { Ticks } from '../../ticks.js';
import type { Receivers } from '../api-deps.js';
import { differingSecrets, fieldOf } from '../webhooks/settings/same-secret.js';
import { staysSigned } from '../webhooks/signing-secret.js';
import { webhookFieldsJson } from '../webhooks/webhook-answer.js';
import { changedFields } from './changed-fields.js';
import { decideWebhook } from './decide-webhook.js';
import type { Declaration, DeclaredWebhook, Step } from './declaration.js';
import type { EventIndex } from './event-index.js';
import { otherManager } from './plan-events.js';
import type { Problems } from './problems.js';

/** Maximum size of the stored webhooks that are in memory at the same time. */
const STEP_BYTES = 512 * 1024;
/** A smaller webhook counts as this large, which bounds the number in a step. */
const MIN_BYTES = 5 * 1024;

export interface WebhookStep extends Step {
  readonly kind: 'webhook';
  readonly declared?: DeclaredWebhook;
  /** Ids of its events after the plan, ascending. Those of events that are not stored yet are negative. */
  readonly eventIds?: readonly number[];
  /** The secrets that are replaced. */
  readonly purposes?: ReadonlySet<SecretPurpose>;
  /** The size of the stored webhook in memory. */
  readonly storedBytes?: number;
  /** Another signing secret of the same scheme. The earlier ones also sign for some time. */
  readonly rotation?: SecretChange;
}

interface Planning extends SecretStore {
  readonly receivers: Receivers;
  readonly index: EventIndex;
  readonly problems: Problems;
  readonly isLocking: boolean;
}

/** Compares the declared webhooks with the stored ones. */
export async function planWebhooks(
  { head, webhooks }: Declaration,
  planning: Planning,
): Promise<readonly WebhookStep[]> {
  if (!webhooks) return [];
  const { db, isLocking } = planning;
  const wanted = { spaceId: head.space, keys: webhooks.map(({ key }) => key), managedBy: head.managed_by };
  const known = await findDeclaredWebhooks(db, wanted, isLocking);
  const byKey = new Map(known.flatMap((each) => (each.key === null ? [] : [[each.key, each] as const])));
  const pairs = webhooks.map((declared) => ({ declared, known: byKey.get(declared.key) }));
  const steps: WebhookStep[] = [];
  const ticks = new Ticks();
  for (const step of bySize(pairs, (pair) => Math.max(pair.known?.bytes ?? 0, MIN_BYTES), STEP_BYTES)) {
    const ids = step.flatMap((pair) => pair.known?.id ?? []);
    const stored = await readOpenWebhooks(planning, ids);
    for (const { declared, known: its } of step) {
      await ticks.next();
      const made = await planning.problems.collect(declared.place, () => {
        const other = its && its.managedBy !== head.managed_by && !head.take_over;
        return other ? conflictWith(declared, its) : stepFor(declared, its && stored.get(its.id), planning);
      });
      if (made) steps.push({ ...made, storedBytes: its?.bytes ?? 0 });
    }
  }
  if (!head.prune) return steps;
  const keys = new Set(wanted.keys);
  for (const { key, id, managedBy } of known) {
    await ticks.next();
    const isDeclared = key !== null && keys.has(key);
    if (managedBy === head.managed_by && !isDeclared)
      steps.push({ kind: 'webhook', key, id, do: 'remove', fields: [] });
  }
  return steps;
}

const conflictWith = ({ key }: DeclaredWebhook, known: KnownWebhook): WebhookStep => ({
  kind: 'webhook',
  key,
  id: known.id,
  do: 'conflict',
  fields: [],
  because: otherManager('webhook', known),
});

function stepFor(declared: DeclaredWebhook, stored: OpenWebhook | undefined, planning: Planning): WebhookStep {
  const eventIds = idsOf(declared, planning.index);
  const current = stored?.webhook;
  if (current?.settingsProblem) throw new AppError('conflict', current.settingsProblem);
  const fields = decideWebhook(planning.receivers, { ...declared.body, event_ids: [...eventIds] }, current);
  const base = { kind: 'webhook', key: declared.key, declared, eventIds } as const;
  if (!stored) return { ...base, id: undefined, do: 'create', fields: [] };
  const { webhook } = stored;
  const differing = differingSecrets(stored, fields.secrets ?? []);
  const rotation = staysSigned(webhook, fields.settings)
    ? differing.find(({ purpose }) => purpose === 'signing')
    : undefined;
  const purposes = new Set(differing.filter((each) => each !== rotation).map(({ purpose }) => purpose));
  const before = webhookFieldsJson(webhook);
  const after = webhookFieldsJson(fields);
  const secretFields = differing.map(({ purpose }) => fieldOf(purpose, fields.settings));
  const changed = [...new Set([...changedFields(before, after), ...secretFields])];
  const action = { do: changed.length > 0 ? 'change' : 'keep', fields: changed } as const;
  return { ...base, id: webhook.id, ...action, purposes, ...(rotation && { rotation }) };
}

function idsOf({ events }: DeclaredWebhook, index: EventIndex): readonly number[] {
  const ids = new Set<number>();
  for (const name of events) {
    const event = index.find(name);
    if (!event) throw new AppError('unprocessable', `events: there is no event ${name}`, 'events');
    ids.add(event.id);
  }
  return [...ids].sort((a, b) => a - b);
}
