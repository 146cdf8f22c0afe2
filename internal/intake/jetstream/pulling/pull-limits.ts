import type { ConsumerConfig } from 'nats';

/** The limits of one request, as far as the server and the consumer state them. */
export interface PullLimits {
  readonly messages: number;
  readonly bytes: number;
  readonly expiresMs: number;
}

const UNLIMITED: PullLimits = { messages: Infinity, bytes: Infinity, expiresMs: Infinity };

/** The limits of a consumer. 0 and less mean that there is no limit. */
export function limitsOf({ max_batch, max_bytes, max_expires }: Partial<ConsumerConfig>): PullLimits {
  return {
    messages: positive(max_batch) ?? UNLIMITED.messages,
    bytes: positive(max_bytes) ?? UNLIMITED.bytes,
    expiresMs: positive(Math.floor((max_expires ?? 0) / 1e6)) ?? UNLIMITED.expiresMs,
  };
}

export function minOf(one: PullLimits, two: PullLimits): PullLimits {
  return {
    messages: Math.min(one.messages, two.messages),
    bytes: Math.min(one.bytes, two.bytes),
    expiresMs: Math.min(one.expiresMs, two.expiresMs),
  };
}

const EXCEEDED = /exceeded maxrequest(batch|maxbytes|expires)(?: of (\S+))?/i;

/**
 * The lower amounts after a refusal that names a limit, or half of the requested amounts if it names no usable limit.
 * Only such a refusal shows the limits of the server as a whole. Undefined means that the refusal has another reason,
 * or that nothing is left to lower.
 */
export function loweredBy(description: string, asked: PullLimits): PullLimits | undefined {
  const [, what = '', named = ''] = EXCEEDED.exec(description) ?? [];
  switch (what.toLowerCase()) {
    case 'batch':
      return lower(asked, 'messages', Number(named));
    case 'maxbytes':
      return lower(asked, 'bytes', Number(named));
    case 'expires':
      return lower(asked, 'expiresMs', spanMs(named));
    default:
      return undefined;
  }
}

function lower(asked: PullLimits, field: keyof PullLimits, named: number): PullLimits | undefined {
  const now = asked[field];
  if (now <= 1) return undefined;
  return { ...asked, [field]: named > 0 && named < now ? Math.floor(named) : Math.floor(now / 2) };
}

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, µs: 0.001, ns: 1e-6 };

/** A duration in the notation of Go: `1m30s`, `1.5s`, `500ms`. NaN means that the text is no duration. */
function spanMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|µs|ns)/g)];
  if (parts.length === 0) return Number.NaN;
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS_MS[unit] ?? 0), 0);
}

const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : undefined);
