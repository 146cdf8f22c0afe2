import type { Declaration } from '../hukz.js';
import { isEvent, isWebhook } from './definitions.js';
import { fillIn } from './env.js';
import { type Definition, type EventDefinition, type EventName, KIND, type WebhookDefinition } from './fields.js';

/** An event that the service has. */
export interface StoredEvent {
  readonly id: number;
  readonly event: string;
  readonly key?: string | undefined;
}

export type Objects = Required<Pick<Declaration, 'events' | 'webhooks'>>;

/** Whether the events of the service must be known: to name all of them, or to find one by a name. */
export function needsStoredEvents(definitions: readonly Definition[]): boolean {
  const events = new Set(eventsIn(definitions));
  return definitions.filter(isWebhook).some(({ events: names = 'all' }) => {
    return names === 'all' || names.some((name) => !isDeclared(name, events));
  });
}

/**
 * Makes the objects of a declaration: the webhooks, and the events that are defined alone or with a webhook.
 * @throws {TypeError} that names each missing variable, each empty URL and each unknown event
 */
export function toObjects(definitions: readonly Definition[], stored: readonly StoredEvent[]): Objects {
  const events = eventsIn(definitions);
  requireDifferentKeys('event', events);
  const webhooks = definitions.filter(isWebhook);
  requireDifferentKeys('webhook', webhooks);
  const problems: string[] = [];
  const bodies = webhooks.map((webhook) => bodyOf(webhook, { events, stored }, problems));
  if (problems.length > 0) throw new TypeError(problems.join('; '));
  return { events: events.map((event) => withoutKind(event)), webhooks: bodies };
}

interface Known {
  readonly events: readonly EventDefinition[];
  readonly stored: readonly StoredEvent[];
}

function bodyOf(webhook: WebhookDefinition, known: Known, problems: string[]): Objects['webhooks'][number] {
  const { events: names = 'all', active = true, replayable: _, onChange: __, ...fields } = webhook;
  const missing = new Set<string>();
  const filled = fillIn(fields, missing) as Omit<Objects['webhooks'][number], 'events'>;
  if (missing.size > 0) problems.push(`webhook "${webhook.key}" needs the variables ${[...missing].join(', ')}`);
  else if (filled.url.trim() === '') problems.push(`the URL of webhook "${webhook.key}" is empty`);
  const unknown = names === 'all' ? [] : names.filter((name) => !isKnown(name, known));
  if (unknown.length > 0)
    problems.push(
      `webhook "${webhook.key}" has unknown events: ${unknown.map((name) => JSON.stringify(name)).join(', ')}`,
    );
  const events = names === 'all' ? allOf(known) : names.map(wireName);
  return { ...filled, enabled: active, events: [...new Set(events)] };
}

/** All events: those that the service has, and those that it gets with the declaration. */
function allOf({ events, stored }: Known): (string | number)[] {
  const isNew = ({ key, event }: EventDefinition) =>
    !stored.some((each) => each.key === key || each.event.toLowerCase() === event.toLowerCase());
  return [...stored.map(({ id }) => id), ...events.filter(isNew).map(({ key }) => `key:${key}`)];
}

function isKnown(name: EventName, { events, stored }: Known): boolean {
  if (isDeclared(name, new Set(events))) return true;
  if (typeof name === 'object') return true;
  return stored.some(({ id, event, key }) => name === id || isNamed(name, { event, key }));
}

function isDeclared(name: EventName, events: ReadonlySet<EventDefinition>): boolean {
  if (typeof name === 'object') return true;
  return [...events].some(({ event, key }) => isNamed(name, { event, key }));
}

/** Subjects are equal regardless of case, as in the service. */
const isNamed = (
  name: string | number,
  { event, key }: { readonly event: string; readonly key?: string | undefined },
) => typeof name === 'string' && (name === `key:${key}` || name.toLowerCase() === event.toLowerCase());

const wireName = (name: EventName) => (typeof name === 'object' ? `key:${name.key}` : name);

const withoutKind = ({ [KIND]: _, ...event }: EventDefinition) => event;

/** The events that are defined alone, and those that a webhook names by their definitions. */
function eventsIn(definitions: readonly Definition[]): readonly EventDefinition[] {
  const named = definitions.filter(isWebhook).flatMap(({ events = [] }) => (events === 'all' ? [] : events));
  return [...new Set([...definitions.filter(isEvent), ...named.filter((name) => typeof name === 'object')])];
}

function requireDifferentKeys(kind: string, definitions: readonly { readonly key: string }[]): void {
  const keys = definitions.map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new TypeError(`two definitions of ${kind}s have the key "${twice}"`);
}
