import type { JetStreamManager, StreamInfo, StreamSource } from 'nats';
import type { Copied, ForeignStream, StreamPlan } from '../../../domain/streams/stream-plan.js';
import { newStream, OUR_DESCRIPTION, type StreamSettings } from '../stream-settings.js';
import { isShared, ownConfig } from './own-config.js';

/** A stream that was made again under its name has another creation time (RFC 3339). */
export interface ListedStream extends ForeignStream {
  readonly created: string;
  readonly lastSequence: number;
}

export interface ListedStreams {
  readonly own: StreamInfo | undefined;
  readonly foreign: readonly ListedStream[];
}

/** The streams of the server, with our own stream apart. */
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
  const copied = [mirror, ...(sources ?? [])].flatMap(copiedFrom);
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

/** Messages that a stream of this account copies unchanged are in that stream as well, and are read there. */
function copiedFrom(from: StreamSource | undefined): readonly Copied[] {
  const { name, external, domain, filter_subject: filter, subject_transforms: transforms = [] } = from ?? {};
  const origin = JSON.stringify([external?.api, domain, name]);
  if (transforms.length > 0 || (!external && !domain)) {
    return transforms.map((transform) => ({ ...transform, origin: `${origin} ${transform.src}` }));
  }
  return [{ origin, dest: filter || '>' }];
}

/** Whether the stream is as the plan and the settings want it. */
export function isAsPlanned(own: StreamInfo | undefined, settings: StreamSettings, plan: StreamPlan): boolean {
  if (!own) return plan.own.length === 0;
  const { subjects = [], ...wanted } = ownConfig(own.config, settings, plan);
  const found: Readonly<Record<string, unknown>> = { ...own.config };
  return (
    isSameSet(own.config.subjects ?? [], subjects) &&
    // The server omits fields that are false.
    Object.entries(wanted).every(([key, value]) => found[key] === value || (!found[key] && !value))
  );
}

const isSameSet = (some: readonly string[], others: readonly string[]) =>
  [...some].sort().join('\n') === [...others].sort().join('\n');

/** Makes our stream, or changes the fields that differ. */
export async function makeAsPlanned(
  jsm: JetStreamManager,
  own: StreamInfo | undefined,
  settings: StreamSettings,
  plan: StreamPlan,
): Promise<StreamInfo> {
  if (!own) return jsm.streams.add(newStream(settings, plan.own));
  const description = isShared(own.config, settings, plan) ? own.config.description : OUR_DESCRIPTION;
  const wanted = { ...own.config, ...ownConfig(own.config, settings, plan), ...(description ? { description } : {}) };
  return jsm.streams.update(settings.name, wanted);
}
