import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { DELIVERY_EVENT_PREFIX } from '../../internal/domain/delivery/delivery-event-subject.js';
import { messageOf } from '../../internal/errors.js';
import { makeClientBoundary } from '../../internal/intake/client-boundary.js';
import { Recent } from '../../internal/recent.js';
import { type End, makeEnd } from '../listen/end.js';
import { untilSignal } from '../serve/until-signal.js';
import { readReference } from '../session/read-ids.js';
import type { Input, Session } from '../session/session.js';
import { connectNats } from '../try/connect-nats.js';
import { type Attempt, attemptLine, parseDeliveryEvent } from './attempt.js';
import { type AttemptFilter, isWanted } from './attempt-filter.js';
import { TailLog } from './tail-log.js';

export interface TailOptions {
  readonly webhook?: string;
  readonly event?: string;
  readonly outcome?: string;
  readonly source: 'auto' | 'nats' | 'log';
  readonly count?: number;
}

const POLL_EVERY_MS = 1000;
const ROWS_PER_PAGE = 50;
const MAX_REMEMBERED = 10_000;

/** `hukz tail`: prints attempts as they are made, until Ctrl-C. */
export async function tail(session: Session, { options }: Input<TailOptions>): Promise<void> {
  const filter = await readFilter(session, options);
  const end = makeEnd();
  const following = new Following(session, filter, { end, count: options.count });
  const nats = options.source === 'log' ? undefined : await connect(session, options.source);
  try {
    if (nats) await following.followNats(nats);
    if (options.source !== 'nats') await following.startPolling();
    session.say(`waiting for attempts, ${nats ? `published by nats://${nats.getServer()}` : 'as the log has them'}`);
    await Promise.race([end.reached, untilSignal()]);
  } finally {
    following.stop();
    await nats?.close();
  }
}

async function readFilter({ hukz, connection }: Session, options: TailOptions): Promise<AttemptFilter> {
  const { webhook, event, outcome } = options;
  const { space } = connection;
  const webhookId =
    webhook === undefined ? undefined : (await hukz.webhooks.get(readReference(webhook, 'a webhook'))).id;
  const spaceId = space === undefined ? undefined : (await hukz.spaces.get(readReference(space, 'a space'))).id;
  return { webhookId, spaceId, event, outcome };
}

/** Without NATS there is the log, unless NATS was asked for. */
async function connect(
  { here, say, connection }: Session,
  source: TailOptions['source'],
): Promise<NatsConnection | undefined> {
  try {
    return await connectNats(here, { name: 'hukz-tail', reconnect: true, of: connection.nats });
  } catch (error) {
    if (source === 'nats') throw error;
    say(`reading the log every second, without NATS: ${messageOf(error).split('\n')[0]}`);
    return undefined;
  }
}

/** Attempts from both sources, each printed once. */
class Following {
  private readonly printed = new Recent<string, number>(MAX_REMEMBERED);
  private readonly stopping = new AbortController();
  private count = 0;
  private isFailing = false;

  constructor(
    private readonly session: Session,
    private readonly filter: AttemptFilter,
    private readonly until: { readonly end: End; readonly count: number | undefined },
  ) {}

  async followNats(nats: NatsConnection): Promise<void> {
    const { guarded } = makeClientBoundary();
    nats.subscribe(`${DELIVERY_EVENT_PREFIX}>`, {
      callback: guarded((error, msg) => {
        if (error) return this.session.say(`NATS does not give its events: ${messageOf(error)}`);
        const attempt = parseDeliveryEvent(msg.data);
        if (attempt) this.print(attempt);
      }),
    });
    await nats.flush();
  }

  /** The first reading fails if the service refuses it. */
  async startPolling(): Promise<void> {
    const { webhookId: webhook_id, outcome } = this.filter;
    const query = {
      limit: ROWS_PER_PAGE,
      ...(webhook_id !== undefined && { webhook_id }),
      ...(isOutcome(outcome) && { outcome }),
    };
    const log = new TailLog({
      pages: () => this.session.hukz.logs.list(query).pages(),
      // The service publishes its results, so the log need not be read any more.
      onAttempt: (attempt) => this.print(attempt) || this.stopping.abort(),
    });
    await log.readNew();
    void this.poll(log);
  }

  stop(): void {
    this.stopping.abort();
  }

  private async poll(log: TailLog): Promise<void> {
    const { signal } = this.stopping;
    while (await sleep(POLL_EVERY_MS, true, { signal }).catch(() => false)) {
      try {
        await log.readNew();
        this.isFailing = false;
      } catch (error) {
        if (!this.isFailing) this.session.say(`the log cannot be read now: ${messageOf(error)}`);
        this.isFailing = true;
      }
    }
  }

  /** Returns false if the attempt was printed before. */
  private print(attempt: Attempt): boolean {
    const key = `${attempt.delivery_id}/${attempt.attempt}`;
    if (this.printed.get(key) !== undefined) return false;
    this.printed.set(key, 1);
    const { end, count = Number.POSITIVE_INFINITY } = this.until;
    if (!isWanted(this.filter, attempt) || this.count >= count) return true;
    const { out } = this.session;
    out.text(out.format === 'jsonl' || out.format === 'json' ? JSON.stringify(attempt) : attemptLine(attempt));
    if (++this.count >= count) end.done();
    return true;
  }
}

const OUTCOMES = ['delivered', 'failed', 'dead', 'local_fault', 'cancelled', 'interrupted'] as const;
const isOutcome = (text: string | undefined): text is (typeof OUTCOMES)[number] =>
  OUTCOMES.some((outcome) => outcome === text);
