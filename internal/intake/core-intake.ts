import type { ConnectionOptions } from 'nats';
import { AppError, messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Acceptor } from './acceptor.js';
import type { ClientBoundary } from './client-boundary.js';
import type { FollowedCatalog } from './followed-catalog.js';
import type { Intake } from './intake.js';
import { linkNats, type NatsLink } from './nats-link.js';
import { Subscriptions } from './subscriptions.js';

export interface CoreIntakeDeps {
  readonly acceptor: Pick<Acceptor, 'accept' | 'idle'>;
  readonly boundary: ClientBoundary;
  readonly queueGroup: string;
  readonly options: ConnectionOptions;
  /** Whether an answer may go to a subject. */
  isInbox(subject: string): boolean;
  readonly catalog: Pick<FollowedCatalog, 'subjects' | 'refresh'>;
  /** Monotonic milliseconds. */
  now(): number;
  readonly logger: Logger;
}

/** Intake from core NATS: at most once until the journal's commit, at least once after it. */
export function makeCoreIntake(deps: CoreIntakeDeps): Intake {
  const { acceptor, boundary, logger } = deps;
  const { queueGroup, catalog, isInbox, now } = deps;
  const subscriptions = new Subscriptions({
    queueGroup,
    subjects: catalog.subjects,
    isInbox,
    accept: acceptor.accept,
    boundary,
    now,
    logger,
  });
  let link: NatsLink | undefined;

  const connectionProblem = () => (link ? link.problem() : 'not started yet');

  return {
    guarantee: 'at least once from the commit on',
    start() {
      link = linkNats({
        options: deps.options,
        logger,
        async onConnected(connection) {
          subscriptions.attach(connection);
          await subscriptions.reconcile();
          // The known events are received already, and a store that does not answer must not delay them.
          void catalog
            .refresh()
            .catch((error: unknown) => logger.warn('subscriptions.failed', { error: messageOf(error) }));
        },
        async onReconnected() {
          subscriptions.restored();
          await subscriptions.reconcile();
        },
      });
      return link.tried;
    },
    reconcile: subscriptions.reconcile,
    async admitEvent({ subject }, insteadOf) {
      const problem = connectionProblem();
      if (problem) throw new AppError('unavailable', `hukz cannot subscribe to the event now: ${problem}`);
      if (subject !== insteadOf) await admitSubject(subscriptions, subject, insteadOf);
    },
    connectionProblem,
    publish: (subject, payload) => link?.publish(subject, payload) ?? false,
    refusedBelow: (prefix) => link?.refusedBelow(prefix) ?? 0,
    connection: () => link?.connection(),
    degraded: () => subscriptions.degraded(),
    acknowledgedUpTo: async () => 'unread',
    eraseCopies: async () => undefined,
    stats: () => ({
      ...boundary.stats(),
      subscriptions: subscriptions.count,
      receiptsRefused: subscriptions.receiptsRefused,
      streamPending: 0,
      streamGap: 0,
      streamLost: 0,
      journalWentBack: 0,
    }),
    async drain() {
      await subscriptions.stop();
      await acceptor.idle();
    },
    async stop() {
      await link?.stop();
    },
  };
}

/** Admits a subject by a trial subscription, because only the server knows which subscriptions it allows. */
async function admitSubject(subscriptions: Subscriptions, subject: string, insteadOf: string | undefined) {
  const problem = await subscriptions.tryOut(subject, insteadOf).catch((error: unknown) => {
    throw new AppError('unavailable', `hukz cannot subscribe to the event now: ${messageOf(error)}`);
  });
  if (problem !== undefined) throw new AppError('unprocessable', problem, 'event');
}
