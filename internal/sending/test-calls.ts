import type { Clock } from '../clock.js';
import type { SendWithToken } from '../destinations/credentials/tokens/send-with-token.js';
import type { Sender } from '../destinations/http/sender.js';
import { describeOutcomeError } from '../domain/delivery/describe-outcome-error.js';
import {
  type CredentialsTest,
  HIDDEN,
  type Sample,
  shownHeaders,
  type TestAttempt,
} from '../domain/delivery/test-call.js';
import type { CatalogWebhook } from '../domain/matching/catalog.js';
import { envelope } from '../domain/message/envelope.js';
import { soughtOf } from '../domain/secrets/masking/mask.js';
import { AppError } from '../errors.js';
import type { Plans } from './plans.js';
import { Seats } from './seats.js';

export interface TestCallParts {
  readonly plans: Plans;
  readonly sender: Sender;
  readonly sendWithToken: SendWithToken;
  readonly clock: Clock;
  /** `REQUEST_TIMEOUT` */
  readonly timeoutMs: number;
  /** Makes a uuid with this time, in milliseconds since 1970. */
  makeId(ms: number): string;
}

export interface TestCalls {
  /**
   * @param caller the subject of the principal who asks
   * @throws {AppError} `unavailable` while the caller has no seat
   */
  send(webhook: CatalogWebhook, sample: Sample, caller: string): Promise<TestAttempt>;
  /**
   * @throws {AppError} `unavailable` while the caller has no seat, `conflict` when the webhook has no credentials to
   * try
   */
  tryCredentials(webhook: CatalogWebhook, caller: string): Promise<CredentialsTest>;
  /** Number of test calls that found no seat. */
  refused(): number;
}

const SEATS = 40;
/** Upper bound of the webhook's own timeout, because a person waits for the answer. */
const MAX_TIMEOUT_MS = 15_000;
const NO_SEAT = 'too many test calls are running, of this user or of all users: try again after at most 15 s';
const NO_AUTH = 'the webhook has no auth, so there is nothing to test';

/**
 * Tests webhooks by the plans of their deliveries: with the same format, signature, credentials, guard, TLS and timeout
 * (up to 15 s). A test call is not stored, not counted, not repeated and does not wait in a lane, so a webhook can be
 * tested while it is disabled or has a backlog.
 */
export function makeTestCalls({ plans, sender, sendWithToken, clock, timeoutMs, makeId }: TestCallParts): TestCalls {
  const seats = new Seats<string>(SEATS);
  let refused = 0;

  const seated = async <T>(caller: string, work: () => Promise<T>): Promise<T> => {
    if (!seats.acquire(caller)) {
      refused++;
      throw new AppError('unavailable', NO_SEAT);
    }
    return work().finally(() => seats.vacate(caller));
  };

  async function send(webhook: CatalogWebhook, { subject, payload }: Sample): Promise<TestAttempt> {
    const [receivedAt, from] = [clock.now(), clock.monotonic()];
    const id = makeId(receivedAt);
    const { settings } = webhook;
    let sent: TestAttempt['sent'];
    const { plan: ownPlan, problem } = plans(webhook);
    const ended = (outcome: TestAttempt['outcome']): TestAttempt => ({
      id,
      method: settings.method ?? 'POST',
      sent,
      outcome,
      durationMs: clock.monotonic() - from,
      insecure: settings.tls?.insecure ?? false,
    });
    if (!ownPlan) return ended({ kind: 'local_fault', error: problem });
    const wholeMs = Math.min(ownPlan.timeoutMs ?? timeoutMs, MAX_TIMEOUT_MS);
    const plan = { ...ownPlan, timeoutMs: wholeMs, headers: [...ownPlan.headers, 'hukz-test', 'true'] };
    const message = { id: makeId(receivedAt), receivedAt, subject, headers: [] };
    const request = {
      plan,
      message: { ...message, ...envelope(subject, receivedAt, payload) },
      deliveryId: id,
      attempt: 1,
      onSent: (headers: readonly string[], body: Uint8Array) => {
        const sought = soughtOf(plan.masked);
        // The body is made of the caller's own payload, so it may be shown.
        sent = { headers: shownHeaders(headers, settings.auth, sought), body };
      },
    };
    return ended(await (plan.tokens ? sendWithToken(plan.tokens(), request) : sender.send(request)));
  }

  async function tryCredentials(webhook: CatalogWebhook): Promise<CredentialsTest> {
    const { auth } = webhook.settings;
    if (!auth) throw new AppError('conflict', NO_AUTH, 'auth');
    const { type } = auth;
    const { plan, problem } = plans(webhook);
    if (!plan) return { type, ok: false, error: problem };
    if (!plan.tokens) return { type, ok: true, header: headerOf(type, plan.headers) };
    const result = await plan.tokens().fresh();
    if (!result.ok) return { type, ok: false, error: describeOutcomeError(result.outcome) ?? '' };
    return { type: 'oauth2', ok: true, header: `authorization: Bearer ${HIDDEN}`, lifetimeMs: result.lifetimeMs };
  }

  return {
    send: (webhook, sample, caller) => seated(caller, () => send(webhook, sample)),
    tryCredentials: (webhook, caller) => seated(caller, () => tryCredentials(webhook)),
    refused: () => refused,
  };
}

/** The credentials are the last header of a plan. Only the scheme of its value is shown. */
function headerOf(type: string, headers: readonly string[]): string {
  const [name = '', value = ''] = headers.slice(-2);
  const scheme = type === 'api_key' ? '' : `${value.split(' ')[0]} `;
  return `${name.toLowerCase()}: ${scheme}${HIDDEN}`;
}
