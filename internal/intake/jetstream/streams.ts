import { type JetStreamManager, NatsError, type StreamInfo, type StreamUpdateConfig } from 'nats';
import type { ForeignStream, StreamPlan } from '../../domain/stream-plan.js';
import { CannotTake } from '../intake.js';
import { apiCodeOf } from './refusal.js';
import { newStream, type StreamSettings, streamConfig } from './stream-settings.js';

const STREAM_NOT_FOUND = 10_059;
const CONSUMER_NOT_FOUND = 10_014;
const NOT_ENABLED = new Set([10_039, 10_076]);

/** A stream made again under its name has another time of creation (RFC 3339). */
export interface ListedStream extends ForeignStream {
  readonly created: string;
  readonly lastSequence: number;
}

export interface ListedStreams {
  readonly own: StreamInfo | undefined;
  readonly foreign: readonly ListedStream[];
}

/** The streams of the server, ours apart. */
export async function listStreams(jsm: JetStreamManager, ownName: string): Promise<ListedStreams> {
  let own: StreamInfo | undefined;
  const foreign: ListedStream[] = [];
  for await (const info of jsm.streams.list()) {
    if (info.config.name === ownName) own = info;
    else foreign.push(toForeign(info));
  }
  return { own, foreign };
}

function toForeign({ config, created, state }: StreamInfo): ListedStream {
  const { name, subjects = [], retention, subject_transform: transform, mirror, sources } = config;
  const copied = [mirror, ...(sources ?? [])].flatMap((from) => from?.subject_transforms ?? []);
  return {
    name,
    subjects,
    retention,
    created,
    lastSequence: state.last_seq,
    copied,
    ...(transform ? { transform } : {}),
  };
}

/** Whether the stream is as the plan and the settings want it. */
export function isAsPlanned(own: StreamInfo | undefined, settings: StreamSettings, plan: StreamPlan): boolean {
  if (!own) return plan.own.length === 0;
  const wanted = streamConfig(settings, plan.own);
  const { config } = own;
  return (
    [...(config.subjects ?? [])].sort().join('\n') === [...wanted.subjects].sort().join('\n') &&
    config.max_age === wanted.max_age &&
    config.max_bytes === wanted.max_bytes &&
    config.num_replicas === wanted.num_replicas &&
    config.duplicate_window === wanted.duplicate_window &&
    config.subject_transform === undefined
  );
}

/** Makes our stream, or changes what differs. */
export async function makeAsPlanned(
  jsm: JetStreamManager,
  own: StreamInfo | undefined,
  settings: StreamSettings,
  plan: StreamPlan,
): Promise<StreamInfo> {
  if (!own) return jsm.streams.add(newStream(settings, plan.own));
  // What our stream stores under another subject fires nothing. The client keeps fields that are only left out.
  const untransformed = { subject_transform: undefined } as unknown as Partial<StreamUpdateConfig>;
  return jsm.streams.update(settings.name, { ...own.config, ...streamConfig(settings, plan.own), ...untransformed });
}

export function isNotFound(error: unknown): boolean {
  const code = apiCodeOf(error);
  return code === STREAM_NOT_FOUND || code === CONSUMER_NOT_FOUND;
}

/** @throws {CannotTake} when the server, or our account on it, has no JetStream */
export async function requireJetStream(jsm: () => Promise<JetStreamManager>): Promise<JetStreamManager> {
  try {
    return await jsm();
  } catch (error) {
    const code = error instanceof NatsError ? error.code : undefined;
    if (code !== '503' && !NOT_ENABLED.has(apiCodeOf(error) ?? 0)) throw error;
    throw new CannotTake(
      'this NATS server has no JetStream for us: start it with "-js" (or allow it to our account), or set INTAKE=core',
    );
  }
}
