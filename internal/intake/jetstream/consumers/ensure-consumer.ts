import type { ConsumerConfig, ConsumerInfo, JetStreamManager } from 'nats';
import type { PullTarget } from '../pull-target.js';
import { apiCodeOf, isNotFound, Refusal, refusalOf } from '../refusal.js';
import { type BeginAt, newConsumer } from '../stream-settings.js';
import { corrected, deviationsOf } from './consumer-fit.js';

export interface ConsumerWish {
  readonly target: PullTarget;
  /** The position where the consumer begins if it has to be made. */
  readonly begin: BeginAt;
  /** The one subject that the consumer reads. Undefined means all of its stream. */
  readonly filter: string | undefined;
  readonly maxAckPending: number;
}

export interface EnsuredConsumer {
  readonly info: ConsumerInfo;
  readonly made: boolean;
  /** Fields of an existing consumer that were corrected. */
  readonly changed: readonly string[];
  /** Fields that cost speed or redeliveries and could not be corrected, and the reason. */
  readonly uncorrected?: { readonly fields: readonly string[]; readonly error: string };
}

export interface EnsureDeps {
  readonly manager: JetStreamManager;
  /** Makes a consumer with another filter again. */
  remake(found: ConsumerInfo): Promise<ConsumerInfo>;
}

const TOO_MANY_PENDING = 10_121;

/**
 * Makes the durable consumer unless it exists, and corrects the fields that would lose messages. The server keeps the
 * position up to which it was read.
 * @throws {Refusal} if the server does not allow it
 */
export async function ensureConsumer(deps: EnsureDeps, wish: ConsumerWish): Promise<EnsuredConsumer> {
  const { manager: jsm, remake } = deps;
  const { stream, consumer } = wish.target;
  const wanted = newConsumer(consumer, wish);
  const asked = `the consumer ${consumer} of the stream ${stream}`;
  const refused = (error: unknown) => refusalOf(error, 'consumer_refused', asked);
  const found = await jsm.consumers.info(stream, consumer).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw refused(error);
  });
  if (!found) {
    const made = await addConsumer(jsm, wish).catch((error) => {
      throw refused(error);
    });
    return { info: made, made: true, changed: [] };
  }
  const deviations = deviationsOf(found.config, wanted);
  const differing = [...deviations.fatal, ...deviations.tolerable];
  if (differing.length === 0) return { info: found, made: false, changed: [] };
  if (deviations.fatal.every((field) => FILTERS.has(field)) && deviations.fatal.length > 0) {
    const info = await remake(found).catch((error) => {
      throw refused(error);
    });
    return { info, made: false, changed: differing };
  }
  return putRight(jsm, found, wanted);
}

const FILTERS = new Set(['filter_subject', 'filter_subjects']);

export function addConsumer(jsm: JetStreamManager, wish: ConsumerWish): Promise<ConsumerInfo> {
  const { stream, consumer } = wish.target;
  return pendingAsAllowed(newConsumer(consumer, wish), (config) => jsm.consumers.add(stream, config));
}

async function putRight(
  jsm: JetStreamManager,
  found: ConsumerInfo,
  wanted: Partial<ConsumerConfig>,
): Promise<EnsuredConsumer> {
  const deviations = deviationsOf(found.config, wanted);
  const changed = [...deviations.fatal, ...deviations.tolerable];
  const { stream_name: stream, name: consumer } = found;
  const cannot = (why: string) =>
    new Refusal(
      'consumer_unsuitable',
      `The consumer ${consumer} of the stream ${stream} was made with another ${deviations.fatal.join(', ')}, ` +
        `and ${why}: delete it ("nats consumer rm ${stream} ${consumer}"), and hukz makes it as it needs it.`,
    );
  let info: ConsumerInfo;
  try {
    const config = corrected(found.config, wanted, deviations);
    info = await pendingAsAllowed(config, (allowed) => jsm.consumers.update(stream, consumer, allowed));
  } catch (error) {
    const { message } = refusalOf(error, 'consumer_refused', 'the change');
    if (deviations.fatal.length > 0) throw cannot(message);
    return { info: found, made: false, changed: [], uncorrected: { fields: deviations.tolerable, error: message } };
  }
  const left = deviationsOf(info.config, wanted);
  if (left.fatal.length > 0) throw cannot('the server kept it');
  return { info, made: false, changed: changed.filter((field) => !left.tolerable.includes(field)) };
}

/**
 * Asks for as many unacknowledged messages as the server, the account or the stream allow. The server's answer names
 * the limit.
 */
async function pendingAsAllowed<T>(
  config: Partial<ConsumerConfig>,
  ask: (config: Partial<ConsumerConfig>) => Promise<T>,
): Promise<T> {
  for (let pending = config.max_ack_pending ?? 0; ; ) {
    try {
      return await ask({ ...config, max_ack_pending: pending });
    } catch (error) {
      if (apiCodeOf(error) !== TOO_MANY_PENDING || pending <= 1) throw error;
      const named = Number(/limit of (\d+)/.exec(String(error))?.[1]);
      pending = named > 0 && named < pending ? named : Math.floor(pending / 2);
    }
  }
}
