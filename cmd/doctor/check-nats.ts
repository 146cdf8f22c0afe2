import type { NatsConnection, StreamInfo } from 'nats';
import { loadOptionalConfig } from '../../config/load.js';
import { messageOf } from '../../internal/errors.js';
import type { Invocation } from '../invocation.js';
import { connectNats } from '../try/connect-nats.js';
import { type Check, fail, ok, warn } from './check.js';
import { judgeClock } from './clock.js';

const NAME = 'NATS';
const TIMEOUT_MS = 3000;
const STREAM = 'stream limits';
const NEARLY_FULL = 0.8;

/** The NATS server of the service, and the stream that hukz manages. */
export async function checkNats(here: Invocation): Promise<readonly Check[]> {
  let nats: NatsConnection;
  try {
    nats = await connectNats(here);
  } catch (error) {
    return [fail(NAME, messageOf(error), 'Check NATS_URL, or run doctor where hukz runs.')];
  }
  try {
    const { version = 'unknown', jetstream } = nats.info ?? {};
    const server = ok(NAME, `version ${version}, ${await nats.rtt()} ms away, JetStream ${jetstream ? 'on' : 'off'}`);
    return [server, ...(jetstream ? await checkStream(nats, streamName(here)) : [])];
  } catch (error) {
    return [fail(NAME, messageOf(error), 'See the log of nats-server.')];
  } finally {
    await nats.close();
  }
}

/** A configuration with mistakes is reported by the checks that need more of it. */
function streamName(here: Invocation): string {
  try {
    return loadOptionalConfig(here).stream.name;
  } catch {
    return 'HUKZ';
  }
}

interface Told extends StreamInfo {
  /** The time of the server, since nats-server 2.10. */
  readonly ts?: string;
}

async function checkStream(nats: NatsConnection, name: string): Promise<readonly Check[]> {
  const askedMs = Date.now();
  // The library leaves out what it does not know, such as the time of the server.
  const answer = await nats.request(`$JS.API.STREAM.INFO.${name}`, '', { timeout: TIMEOUT_MS });
  const answeredMs = Date.now();
  const info = answer.json<Told & { readonly error?: { readonly description: string } }>();
  if (info.error) return [ok(STREAM, `there is no stream ${name} (INTAKE=core, or nothing is registered)`)];
  const clock = info.ts ? [judgeClock(NAME, { toldMs: Date.parse(info.ts), askedMs, answeredMs, stepMs: 0 })] : [];
  return [judgeStream(info), ...clock];
}

function judgeStream({ config, state }: StreamInfo): Check {
  const limits = [
    { what: 'bytes', used: state.bytes, max: config.max_bytes },
    { what: 'messages', used: state.messages, max: config.max_msgs },
  ].filter(({ max }) => max > 0);
  const days = config.max_age > 0 ? `, kept for ${Math.round(config.max_age / 86_400e9)} days` : '';
  const shown = limits.map(({ what, used, max }) => `${used} of ${max} ${what}`).join(', ') || `${state.bytes} bytes`;
  const finding = `${config.name}: ${shown}${days}`;
  const full = limits.find(({ used, max }) => used > max * NEARLY_FULL);
  if (!full) return ok(STREAM, finding);
  return warn(STREAM, finding, 'The oldest messages are evicted, read or not: raise STREAM_MAX_BYTES.');
}
