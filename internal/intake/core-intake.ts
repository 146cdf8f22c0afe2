import type { ConnectionOptions } from 'nats';
import { AppError, messageOf } from '../errors.js';
import type { Logger } from '../logger.js';
import { type Repeating, repeat } from '../repeat.js';
import type { Acceptor } from './acceptor.js';
import type { Intake } from './intake.js';
import { linkNats, type NatsLink } from './nats-link.js';
import { Subscriptions } from './subscriptions.js';

export interface CoreIntakeDeps {
  readonly acceptor: Acceptor;
  readonly queueGroup: string;
  readonly options: ConnectionOptions;
  /** The catalog's. */
  subjects(): readonly string[];
  /** A connection came (back): make the subscriptions follow. */
  refresh(): Promise<void>;
  readonly logger: Logger;
}

const REPORT_DROPS_MS = 1000;

/** Intake from core NATS: at most once until the journal's commit, at least once from there on. */
export function makeCoreIntake(deps: CoreIntakeDeps): Intake {
  const { acceptor, logger } = deps;
  const subscriptions = new Subscriptions({ queueGroup: deps.queueGroup, take: acceptor.take, logger });
  let link: NatsLink | undefined;
  let reporting: Repeating | undefined;
  let reported = 0;

  /** One line a second, however many: the flood that is dropped must not become one of log lines. */
  const reportDrops = async () => {
    const { dropped } = acceptor.stats();
    if (dropped === reported) return;
    logger.error('message.dropped', {
      dropped: dropped - reported,
      total: dropped,
      because: 'the intake queue is full',
    });
    reported = dropped;
  };

  const connectionProblem = () => (link ? link.problem() : 'not started yet');

  return {
    promise: 'at least once from the commit on',
    start() {
      reporting = repeat(reportDrops, { everyMs: REPORT_DROPS_MS, onError: () => undefined });
      link = linkNats({
        options: deps.options,
        logger,
        onConnected: async (connection) => {
          subscriptions.attach(connection);
          await deps
            .refresh()
            .catch((error: unknown) => logger.warn('subscriptions.failed', { error: messageOf(error) }));
        },
      });
      return link.tried;
    },
    reconcile: () => subscriptions.reconcile(deps.subjects()),
    async admitSubject() {
      const problem = connectionProblem();
      if (problem) throw new AppError('unavailable', `the event cannot be subscribed now: ${problem}`);
    },
    connectionProblem,
    subscriptionProblem: () => subscriptions.problem(),
    stats: () => ({ subscriptions: subscriptions.count, streamPending: 0, streamGap: 0, streamLost: 0 }),
    async drain() {
      await subscriptions.stop();
      await acceptor.idle();
    },
    async stop() {
      await reporting?.stop();
      await link?.stop();
    },
  };
}
