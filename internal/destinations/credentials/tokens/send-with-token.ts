import type { Clock } from '../../../clock.js';
import { bearer } from '../../../domain/credentials/credential-headers.js';
import type { AttemptOutcome } from '../../../domain/delivery/outcome.js';
import type { Slot } from '../../../domain/delivery/slot.js';
import { escapedForms } from '../../../domain/secrets/masking/escaped-forms.js';
import { maskable } from '../../../domain/secrets/masking/mask.js';
import { Interruptions } from '../../http/interruptions.js';
import { spellDuration } from '../../http/limits.js';
import type { OutboundRequest } from '../../http/outbound-request.js';
import type { SendPlan } from '../../http/send-plan.js';
import type { Sender } from '../../http/sender.js';
import type { TokenResult } from './fetch-token.js';
import type { TokenHolder } from './token-holder.js';
import { waitBriefly } from './wait-briefly.js';

export interface TokenSendingOptions {
  readonly sender: Sender;
  readonly clock: Clock;
  /** `REQUEST_TIMEOUT`, which covers the token, the request and its repetition after a 401 together. */
  readonly timeoutMs: number;
}

export type SendWithToken = (
  holder: TokenHolder,
  request: OutboundRequest,
  under?: { readonly signal?: AbortSignal; readonly slot?: Slot },
) => Promise<AttemptOutcome>;

/**
 * Makes one attempt with an access token. After a 401, the request is repeated once with another token. No slot is
 * occupied while the attempt waits for a token.
 */
export function makeSendWithToken({ sender, clock, timeoutMs }: TokenSendingOptions): SendWithToken {
  const interruptions = new Interruptions();
  const known = new WeakMap<SendPlan, { readonly token: string; readonly masked: readonly string[] }>();

  /** Returns the same array for each request with this token. */
  const maskedWith = (plan: SendPlan, token: string): readonly string[] => {
    const last = known.get(plan);
    if (last?.token === token) return last.masked;
    const masked = [...plan.masked, ...maskable([token, ...escapedForms(token)])];
    known.set(plan, { token, masked });
    return masked;
  };

  return async (holder, request, { signal, slot } = {}) => {
    const wholeMs = request.plan.timeoutMs ?? timeoutMs;
    const until = clock.monotonic() + wholeMs;
    const left = () => Math.max(0, until - clock.monotonic());
    const group = signal && interruptions.under(signal);

    const wait = async (asked: Promise<TokenResult>): Promise<TokenResult> => {
      if (signal?.aborted) return INTERRUPTED;
      const result = await waitBriefly(asked, left(), group);
      if (result === 'interrupted') return INTERRUPTED;
      return result === 'late' ? tooLate(wholeMs) : result;
    };
    const sendBearing = (token: string) => {
      const headers = [...request.plan.headers, ...bearer(token)];
      const plan = { ...request.plan, headers, timeoutMs: left(), masked: maskedWith(request.plan, token) };
      return sender.send({ ...request, plan }, signal);
    };

    let token = holder.current();
    if (token === undefined) {
      slot?.leave();
      const result = await wait(holder.obtain());
      if (!result.ok) return result.outcome;
      if (slot && !(await slot.enter())) return INTERRUPTED.outcome;
      token = result.token;
    }
    const outcome = await sendBearing(token);
    if (outcome.kind !== 'answered' || outcome.status !== 401) return outcome;
    const asked = holder.renew(token);
    if (!asked) return outcome;
    slot?.leave();
    const renewed = await wait(asked);
    // The receiver has answered. Without another token, or without time left, that answer is the outcome of the
    // attempt.
    if (!renewed.ok || renewed.token === token || left() === 0) return outcome;
    const mayGoOn = slot === undefined || (await slot.enter());
    return mayGoOn && left() > 0 ? sendBearing(renewed.token) : outcome;
  };
}

const INTERRUPTED = { ok: false, outcome: { kind: 'local_fault', error: 'interrupted by shutdown' } } as const;

function tooLate(ms: number): TokenResult {
  const error = `no access token within ${spellDuration(ms)}`;
  return { ok: false, outcome: { kind: 'unreachable', reason: 'authorisation', error } };
}
