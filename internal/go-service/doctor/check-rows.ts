import type { SubjectRules } from '../../domain/matching/subject.js';
import type { GoEvent, GoWebhook } from '../rows/read-tables.js';
import { type Living, takeEvent } from '../rows/take-event.js';
import { takeWebhook } from '../rows/take-webhook.js';
import { type Finding, ok } from './finding.js';

export interface GoRows {
  readonly events: readonly GoEvent[];
  readonly webhooks: readonly GoWebhook[];
}

/** Rows that break the rules of hukz, each with what the import does. */
export function checkRows({ events, webhooks }: GoRows, rules: SubjectRules): readonly Finding[] {
  const now = new Date(0).toISOString();
  const living: Living = new Map();
  const active = webhooks.filter(({ enabled, deleted_at }) => enabled && deleted_at === null);
  const findings: Finding[] = [];
  for (const event of events) {
    const { problem, losses } = takeEvent(event, rules, living, now);
    const name = `event ${event.id} (${event.event ?? 'without a subject'})`;
    if (problem !== undefined) findings.push(unusedEvent(name, problem, usersOf(event, active)));
    if (event.deleted_at === null) findings.push(...losses.map((loss) => changed(`${name}: ${loss}`)));
    if (problem === undefined && event.deleted_at === null && /(?:^|\.)[*>](?:\.|$)/.test(event.event ?? ''))
      findings.push(changed(`${name} has a wildcard: the Go service never triggers its webhooks, hukz does`));
  }
  const used = new Set(living.values());
  for (const webhook of webhooks.filter(({ deleted_at }) => deleted_at === null)) {
    const { problem, losses } = takeWebhook(webhook, (id) => used.has(id), now);
    const name = `webhook ${webhook.id}`;
    if (problem !== undefined) findings.push(changed(`${name}: ${problem}. The import keeps it, disabled`));
    findings.push(...losses.map((loss) => changed(`${name}: ${loss}`)));
  }
  const counts = `${events.length} events and ${webhooks.length} webhooks, also deleted ones`;
  return [ok('rows', counts), ...findings];
}

function usersOf(event: GoEvent, active: readonly GoWebhook[]): number {
  return active.filter(({ event_ids }) => event_ids.includes(event.id)).length;
}

/** Two subjects that differ in case are two in NATS. Messages of the second one would trigger nothing. */
function unusedEvent(name: string, problem: string, webhooks: number): Finding {
  const says = `${name}: ${problem}. The import keeps it as a deleted event`;
  if (!problem.includes('same subject') || webhooks === 0) return changed(says);
  return {
    check: 'rows',
    weight: 'obstacle',
    says: `${says}, so that ${webhooks} enabled webhooks no longer get its messages`,
    advice: 'publish to one spelling, or give one of the events another subject, before the import',
  };
}

const changed = (says: string): Finding => ({ check: 'rows', weight: 'note', says });
