import type { Logger } from '../../../logger.js';
import type { ClientBoundary } from '../../client-boundary.js';
import type { Consumers } from '../consumers/consumers.js';
import { Puller } from '../pulling/puller.js';
import type { SharedRoom } from '../pulling/shared-room.js';
import type { StreamAcceptor } from '../pulling/stream-acceptor.js';
import type { StreamLink, WantedConsumer } from '../wanted-consumer.js';
import { Reading } from './reading.js';

export interface OpenReadingDeps {
  readonly acceptor: StreamAcceptor;
  readonly boundary: ClientBoundary;
  readonly consumers: Pick<Consumers, 'ensure'>;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
  /** The room that all readings of this instance share. */
  readonly room: SharedRoom;
  /** The server does not know the consumer any more. */
  onLost(reading: Reading, why: string): void;
}

/** Makes a consumer unless it exists, and starts to pull messages from it. */
export async function openReading(deps: OpenReadingDeps, link: StreamLink, wanted: WantedConsumer): Promise<Reading> {
  const { acceptor, boundary, consumers, now, logger, room, onLost } = deps;
  const { connection } = link;
  const { target, created, filter } = wanted;
  const info = await consumers.ensure(link, wanted);
  logger.info('stream.read', { ...target, ...(filter ? { filter } : {}) });
  const puller = new Puller({
    connection,
    consumer: { target, streamCreated: created, config: info.config, onLost: (why) => onLost(reading, why) },
    now,
    acceptor,
    boundary,
    room,
    logger,
  });
  const reading: Reading = new Reading({ wanted, connection, puller, info });
  return reading;
}
