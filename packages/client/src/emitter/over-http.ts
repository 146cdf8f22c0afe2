import type { Hukz } from '../hukz.js';
import { HukzError } from '../hukz-error.js';
import type { BatchLine } from '../resources/messages.js';
import type { NewMessage } from '../resources/new-message.js';
import { EmitterError } from './emitter-error.js';
import type { Publication, Publish } from './publish.js';
import { refusalOf } from './refusal.js';

interface Waiting {
  readonly publication: Publication;
  resolve(webhooks: number | null): void;
  reject(error: unknown): void;
}

const MAX_WAITING = 10_000;
const MAX_BATCH = 1000;
/** A batch has at most 4 MiB, in which payloads are written in base64. */
const MAX_BATCH_BYTES = 2.5 * 1024 * 1024;
/** The other members of a message, at most. */
const MESSAGE_BYTES = 1024;

/**
 * Publishes over HTTP, one request at a time, so that events keep their order. Events that come while a request is
 * under way are published together by the next one.
 */
export function overHttp(hukz: Hukz): Publish {
  const waiting: Waiting[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) await send(hukz, waiting.splice(0, batchLength(waiting)));
    isRunning = false;
  }

  return (publication) => {
    if (waiting.length >= MAX_WAITING) {
      const why = `${waiting.length} events wait until the service has accepted those before them`;
      return Promise.reject(new EmitterError('full', `${why}; emit it again later`));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ publication, resolve, reject });
      if (!isRunning) void run();
    });
  };
}

function batchLength(waiting: readonly Waiting[]): number {
  let length = 0;
  let bytes = 0;
  for (const { publication } of waiting) {
    bytes += publication.payload.length + MESSAGE_BYTES;
    if (length === MAX_BATCH || (length > 0 && bytes > MAX_BATCH_BYTES)) break;
    length++;
  }
  return length;
}

async function send(hukz: Hukz, batch: readonly Waiting[]): Promise<void> {
  const [first] = batch;
  if (!first) return;
  const { signal } = first.publication;
  try {
    if (batch.length === 1) first.resolve((await hukz.messages.publish(messageOf(first), { signal })).webhooks);
    // An event that is published again later would come after those that follow it.
    else settle(batch, await hukz.messages.publishBatch(batch.map(messageOf), { signal, repeatLines: false }));
  } catch (error) {
    if (batch.length === 1 && isOfNobody(error)) first.resolve(0);
    else for (const { reject } of batch) reject(refusalOf(error));
  }
}

const messageOf = ({ publication: { event, payload, requestId } }: Waiting): NewMessage => ({
  event,
  payload,
  request_id: requestId,
});

function settle(batch: readonly Waiting[], lines: readonly BatchLine[]): void {
  for (const [index, { publication, resolve, reject }] of batch.entries()) {
    const line = lines[index];
    if (line && 'webhooks' in line) resolve(line.webhooks);
    else if (line?.status === 404) resolve(0);
    else reject(refusalOfLine(line, publication.event));
  }
}

function refusalOfLine(line: BatchLine | undefined, event: string): EmitterError {
  const problems = line && 'errors' in line ? line.errors.map(({ message }) => message) : ['there is no answer to it'];
  const code = line?.status === 429 ? 'full' : 'refused';
  return new EmitterError(code, `event "${event}": ${problems.join('; ')}`, 'event');
}

/** No emitter was ever attached to the event. Another 404 is that of a service that is not hukz. */
const isOfNobody = (error: unknown) =>
  error instanceof HukzError && error.status === 404 && error.problems.some(({ source }) => source === 'event');
