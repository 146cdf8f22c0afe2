import { plainLine } from '../output/plain.js';
import type { Exchange } from './forward-queue.js';

const SUBJECT_COLUMNS = 28;
const MAX_SHOWN_BYTES = 16 * 1024;

/** Formats a request as one line: time, subject, status or failure, duration. */
export function exchangeLine({ job, attempt, sentAt, durationMs, answer }: Exchange): string {
  const result = answer.kind === 'answered' ? String(answer.status) : answer.error;
  const again = attempt > 1 ? `  attempt ${attempt}` : '';
  const subject = plainLine(job.subject).padEnd(SUBJECT_COLUMNS);
  return `${timeOf(sentAt)}  ${subject}  ${result}  ${Math.round(durationMs)} ms${again}`;
}

/** The same as an object for other programs. */
export function exchangeJson({ job, attempt, sentAt, durationMs, request, answer }: Exchange): string {
  return JSON.stringify({
    at: sentAt.toISOString(),
    event: job.subject,
    delivery_id: headerIn(request.headers, 'webhook-id') ?? null,
    attempt,
    status: answer.kind === 'answered' ? answer.status : null,
    error: answer.kind === 'failed' ? answer.error : null,
    duration_ms: Math.round(durationMs),
  });
}

/** Formats a request and its answer in full. Bodies are shown byte for byte, up to 16 KiB. */
export function exchangeDetails({ request, answer }: Exchange): Buffer {
  const head = [request.method, ...headerLines(request.headers), '', ''].join('\n');
  const result =
    answer.kind === 'answered'
      ? [String(answer.status), ...headerLines(answer.headers), '', ''].join('\n')
      : `${answer.error}\n`;
  const body = answer.kind === 'answered' ? shown(answer.body) : [];
  return Buffer.concat([Buffer.from(head), ...shown(request.body), Buffer.from(`\n${result}`), ...body]);
}

export const timeOf = (at: Date): string => at.toISOString().slice(11, 23);

/** Returns a header's value in a flat list: name, value, name, value … */
export function headerIn(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}

const headerLines = (headers: readonly string[]) =>
  headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1] ?? ''}`] : []));

function shown(body: Uint8Array): readonly Uint8Array[] {
  const cut = body.length > MAX_SHOWN_BYTES ? `\n… cut: the first ${MAX_SHOWN_BYTES} of ${body.length} bytes` : '';
  return [body.subarray(0, MAX_SHOWN_BYTES), Buffer.from(`${cut}\n`)];
}
