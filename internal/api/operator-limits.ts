import { z } from 'zod';
import type { Ceilings } from '../domain/limits/ceilings.js';

/** Limits of the configuration on the settings of webhooks. */
export interface OperatorLimits {
  /** Ceilings of timeouts, retries and circuit breakers. */
  readonly ceilings: Ceilings;
  /** Whether webhooks may have their own proxies. */
  readonly webhookProxies: boolean;
  /** Whether webhooks may have `listen`. */
  readonly webhookListeners: boolean;
  /** Whether webhooks may have `tls.insecure`. */
  readonly insecureTls: boolean;
}

interface Documented {
  /** Keywords that replace those of the field's JSON schema. */
  under(limits: OperatorLimits): Readonly<Record<string, unknown>>;
}

/**
 * Fields for which the configuration can allow less than the service supports. `ceilings.ts` and `allowed-receiver.ts`
 * validate requests, because a request may repeat a stored value that is beyond a limit. The document describes new
 * values.
 */
export const documented = z.registry<Documented>();
