import type { z } from 'zod';
import { AppError } from '../../errors.js';
import type { SecretStore } from '../../store/secrets/webhook-secrets.js';
import { Ticks } from '../../ticks.js';
import { parseFields } from '../bodies/invalid-fields.js';
import { MAX_BODY_BYTES, parsedBody } from '../bodies/json-body.js';
import type { makeEventBodies } from '../events/event-bodies.js';
import type { Reference } from '../names/reference.js';
import { type ApplyHead, applyHead, MAX_OBJECTS } from './apply-body.js';
import type { Declaration, DeclaredEvent } from './declaration.js';
import { type Entry, requireOnce } from './entries.js';
import type { Problems } from './problems.js';
import { readWebhooks } from './read-webhooks.js';
import { type BodyPart, splitBody } from './split-body.js';

const LISTS = ['events', 'webhooks'] as const;
type ListName = (typeof LISTS)[number];
const SPLITTING = { lists: new Set<string>(LISTS), maxBytes: MAX_BODY_BYTES };

interface Parts {
  readonly members: readonly Extract<BodyPart, { readonly kind: 'member' }>[];
  /** A list that is absent in the body is undefined. */
  readonly lists: { readonly [Name in ListName]?: readonly Entry[] };
}

export interface Reading extends SecretStore {
  readonly bodies: ReturnType<typeof makeEventBodies>;
  readonly problems: Problems;
  /** The number of the space that the caller names. A space that the caller may not use is refused. */
  spaceOf(space: Reference): Promise<number>;
  /** Refuses a declaration that the caller may not apply, before its objects are read. */
  requireAllowed(head: Pick<ApplyHead, 'on_change'>, lists: ReadonlySet<string>): void;
}

/** Reads and validates a body, in ticks of the event loop. Mistakes in its objects are problems. */
export async function readDeclaration(body: Buffer, reading: Reading): Promise<Declaration> {
  const { members, lists } = await partsOf(body);
  const named = readHead(members, Object.keys(lists));
  reading.requireAllowed(named, new Set(Object.keys(lists)));
  const head = { ...named, space: await reading.spaceOf(named.space) };
  const events = lists.events && (await readEvents(lists.events, head, reading));
  const webhooks = lists.webhooks && (await readWebhooks(lists.webhooks, head, reading));
  return { head, events, webhooks };
}

async function partsOf(body: Buffer): Promise<Parts> {
  const ticks = new Ticks();
  const members: Parts['members'][number][] = [];
  const lists = new Map<string, Entry[]>();
  let count = 0;
  for (const part of splitBody(body, SPLITTING)) {
    await ticks.next();
    if (!part) throw malformed();
    if (part.kind === 'member') members.push(part);
    else if (part.kind === 'list') {
      if (lists.has(part.name)) throw new AppError('unprocessable', `${part.name} is named twice`, part.name);
      lists.set(part.name, []);
    } else {
      if (++count > MAX_OBJECTS)
        throw new AppError('unprocessable', `a declaration has at most ${MAX_OBJECTS} events and webhooks`);
      lists.get(part.name)?.push({ place: `${part.name}[${part.nth}]`, bytes: bufferOf(part.bytes) });
    }
  }
  return { members, lists: Object.fromEntries(lists) };
}

const malformed = () =>
  new AppError(
    'unprocessable',
    `the body is not one JSON object, or one of its parts has more than ${MAX_BODY_BYTES >> 10} KiB; the first mistake ends the search`,
  );

const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** The members beside the lists, which together are as small as any other body. */
function readHead(members: Parts['members'], lists: readonly string[]): z.output<typeof applyHead> {
  const texts = members.map(({ name, bytes }) => `${bufferOf(name)}:${bufferOf(bytes)}`);
  const input = parsedBody(Buffer.from(`{${texts.join(',')}}`));
  for (const name of LISTS)
    if (Object.hasOwn(input, name)) {
      const problem = lists.includes(name) ? `${name} is named twice` : `${name} must be a list`;
      throw new AppError('unprocessable', problem, name);
    }
  return parseFields(applyHead, input);
}

async function readEvents(
  entries: readonly Entry[],
  head: ApplyHead,
  { bodies, problems }: Reading,
): Promise<readonly DeclaredEvent[]> {
  const ticks = new Ticks();
  const [keys, subjects] = [new Map<string, string>(), new Map<string, string>()];
  const events: DeclaredEvent[] = [];
  for (const { place, bytes } of entries) {
    await ticks.next();
    await problems.collect(place, () => {
      const body = parseFields(bodies.declared, parsedBody(bytes));
      const fields = bodies.newEvent({ ...body, managed_by: head.managed_by });
      requireOnce(keys, { place, field: 'key', value: body.key });
      requireOnce(subjects, { place, field: 'event', value: fields.subject.toLowerCase() });
      events.push({ place, key: body.key, fields });
    });
  }
  return events;
}
