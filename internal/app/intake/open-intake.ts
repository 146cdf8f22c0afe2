import type { ConnectionOptions } from 'nats';
import type { StreamOrder } from '../../dispatch/stream-order/stream-order.js';
import { makeIsInbox } from '../../domain/matching/reserved.js';
import type { Acceptor } from '../../intake/acceptor.js';
import type { ClientBoundary } from '../../intake/client-boundary.js';
import { makeCoreIntake } from '../../intake/core-intake.js';
import type { FollowedCatalog } from '../../intake/followed-catalog.js';
import type { Intake } from '../../intake/intake.js';
import { makeJetStreamIntake } from '../../intake/jetstream/jetstream-intake.js';
import type { StreamStore } from '../../intake/jetstream/stream-store.js';
import type { Logger } from '../../logger.js';
import type { Base } from '../base.js';

/** One connection to NATS, and the way of its messages. */
export interface Source {
  readonly options: ConnectionOptions;
  readonly acceptor: Pick<Acceptor, 'accept' | 'idle'>;
  readonly catalog: FollowedCatalog;
  readonly store: StreamStore;
  readonly logger: Logger;
}

export interface OpenIntakeDeps {
  readonly boundary: ClientBoundary;
  readonly acknowledged: StreamOrder['committed'];
}

/** Makes the intake of one connection, of the kind that `INTAKE` selects. */
export function makeOpenIntake({ config, clock }: Base, deps: OpenIntakeDeps): (source: Source) => Intake {
  const { boundary, acknowledged } = deps;
  const { queueGroup, stream } = config;
  const { inboxes, source: kind } = config.intake;
  const now = clock.monotonic;
  const isInbox = makeIsInbox(inboxes);
  if (kind === 'core') return (source) => makeCoreIntake({ ...source, boundary, queueGroup, isInbox, now });
  return ({ options, ...source }) =>
    makeJetStreamIntake({
      ...source,
      boundary,
      acknowledged,
      nats: { queueGroup, options, stream, inboxes },
      now,
    });
}
