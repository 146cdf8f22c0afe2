import { AppError } from '../../errors.js';
import { findEventUses } from '../../store/declared/declared-events.js';
import { lockAppliers } from '../../store/declared/lock-appliers.js';
import { isDatabaseAway } from '../../store/postgres/database-away.js';
import { inTransaction } from '../../store/postgres/in-transaction.js';
import type { Db } from '../../store/postgres/knex.js';
import { isUniqueViolation, judgePgError } from '../../store/postgres/pg-error.js';
import { refuseTakenKey } from '../../store/records/taken-key.js';
import { requireRoomFor } from '../../store/spaces/require-room.js';
import { Ticks } from '../../ticks.js';
import type { Deliveries, EventIntake, Receivers, Stores } from '../api-deps.js';
import { admitEvents, requireAdmitted } from './admit-events.js';
import { type AnyStep, carryOut, type Done } from './carry-out.js';
import type { Declaration } from './declaration.js';
import { type EventStep, planEvents } from './plan-events.js';
import { planWebhooks, type WebhookStep } from './plan-webhooks.js';
import { Problems } from './problems.js';
import { startReplays } from './start-replays.js';

export type ApplyDeps = Pick<Stores, 'db' | 'vault'> & EventIntake & Receivers & Pick<Deliveries, 'reach'>;

export interface Applied {
  readonly isApplied: boolean;
  readonly replays: number;
  readonly steps: readonly AnyStep[];
  readonly done: ReadonlyMap<AnyStep, Done>;
}

interface Plan {
  readonly events: readonly EventStep[];
  readonly webhooks: readonly WebhookStep[];
}

/**
 * Makes the stored objects equal to the declared ones, in one transaction, or only plans it. A plan with a conflict is
 * not carried out.
 * @throws {SeveralRefusals} with all problems of the objects
 */
export async function applyDeclaration(deps: ApplyDeps, declaration: Declaration, userId: number): Promise<Applied> {
  const { head } = declaration;
  // NATS is asked before the transaction, so that no lock waits for its answer.
  const admitted = await admitEvents(deps, await planEvents(deps.db, declaration, false), declaration);
  if (head.dry_run) {
    const plan = await makePlan(deps, declaration, false);
    await requireRoomOf(deps.db, head.space, plan);
    return notCarriedOut(plan);
  }
  let isCommitting = false;
  const applied = inTransaction(deps.db, async (trx): Promise<Applied> => {
    isCommitting = false;
    await lockAppliers(trx, { spaceId: head.space, hasEvents: declaration.events !== undefined });
    const plan = await makePlan({ ...deps, db: trx }, declaration, true);
    const steps = [...plan.events, ...plan.webhooks];
    if (steps.some((step) => step.do === 'conflict')) return notCarriedOut(plan);
    await requireAdmitted(plan.events, admitted);
    const store = { db: trx, vault: deps.vault, receivers: deps, userId, spaceId: head.space };
    const done = await carryOut(plan, store);
    const replays = await startReplays(done, { db: trx, userId, onChange: head.on_change, reach: deps.reach });
    isCommitting = true;
    return { isApplied: true, replays, steps, done };
  });
  return sayOutcome(refuseRaces(refuseTakenKey(deps.db, applied)), () => isCommitting);
}

/**
 * Says what an outage of the database means for the declaration. A transaction whose commit was not answered may be
 * stored.
 */
async function sayOutcome<T>(work: Promise<T>, isCommitting: () => boolean): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    const isUnknown = isCommitting() && judgePgError(error) === 'unknown_outcome';
    throw new AppError('unavailable', isUnknown ? UNKNOWN : NOT_APPLIED);
  }
}

const NOT_APPLIED = 'the database is not available or too busy, and nothing was applied; try again later';
const UNKNOWN =
  'the database became unavailable during the commit: either all of the declaration was applied or nothing; repeat the request, which changes only what differs';

/** A unique index refuses what someone else has created since the plan was made. */
async function refuseRaces<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError('conflict', 'an object with a declared key was created meanwhile: repeat the request');
  }
}

/** Refuses a plan that could not be carried out, because it has more new webhooks than the space may have. */
async function requireRoomOf(db: Db, spaceId: number, { events, webhooks }: Plan): Promise<void> {
  if ([...events, ...webhooks].some((step) => step.do === 'conflict')) return;
  const count = (action: WebhookStep['do']) => webhooks.filter((step) => step.do === action).length;
  if (count('create') > 0) await requireRoomFor(db, spaceId, count('create') - count('remove'));
}

const notCarriedOut = ({ events, webhooks }: Plan): Applied => ({
  isApplied: false,
  replays: 0,
  steps: [...events, ...webhooks],
  done: new Map(),
});

async function makePlan(deps: ApplyDeps, declaration: Declaration, isLocking: boolean): Promise<Plan> {
  const { db, vault } = deps;
  const problems = new Problems();
  const { steps, index } = await planEvents(db, declaration, isLocking);
  const webhooks = await planWebhooks(declaration, { db, vault, receivers: deps, index, problems, isLocking });
  problems.throwIfAny();
  return { events: await withUses(db, steps, webhooks), webhooks };
}

/** An event that a webhook still has after the plan cannot be removed. */
async function withUses(
  db: Db,
  events: readonly EventStep[],
  webhooks: readonly WebhookStep[],
): Promise<readonly EventStep[]> {
  const removed = events.flatMap(({ do: action, plannedId }) => (action === 'remove' ? [plannedId] : []));
  if (removed.length === 0) return events;
  const ticks = new Ticks();
  // A declared webhook has only events that stay. One in conflict stays as it is stored.
  const exceptIds = webhooks.flatMap(({ id, do: action }) => (id === undefined || action === 'conflict' ? [] : [id]));
  await ticks.next();
  const uses = await findEventUses(db, { eventIds: removed, exceptIds });
  const judged: EventStep[] = [];
  for (const step of events) {
    await ticks.next();
    const webhook = step.do === 'remove' ? uses.get(step.plannedId) : undefined;
    const because = `webhook ${webhook} has the event`;
    judged.push(webhook === undefined ? step : { ...step, do: 'conflict', because });
  }
  return judged;
}

/** The refusal of a plan with conflicts, with its first conflict. */
export function conflictOf(steps: readonly AnyStep[]): AppError | undefined {
  const conflicts = steps.filter((step) => step.do === 'conflict');
  const [first] = conflicts;
  if (!first) return undefined;
  const others = conflicts.length > 1 ? `, and ${conflicts.length - 1} more` : '';
  const message = `nothing was applied, because of a conflict with ${first.kind} ${first.key ?? first.id}: ${first.because}${others}`;
  return new AppError('conflict', message);
}
