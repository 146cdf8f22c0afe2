import { overLimitText } from '../domain/limits/message-limits.js';
import type { Header } from '../domain/message/message.js';
import type { Receipt } from '../domain/message/receipt.js';
import { asksForReceipt } from '../domain/message/receipt-request.js';
import type { Violation } from '../domain/schema/event-schema.js';

interface RepliesDeps {
  /** Whether a reply may go to a subject. */
  isInbox(subject: string): boolean;
  publish(subject: string, text: string): void;
}

/**
 * Sends receipts to the publishers that ask for one. A reply to any other request would break a service on its subject.
 */
export class Replies {
  private refusals = 0;

  constructor(private readonly deps: RepliesDeps) {}

  /** Number of requests whose reply subject is no inbox. */
  get refused(): number {
    return this.refusals;
  }

  /** Whether the publisher of a message gets its receipt. */
  answers(reply: string | undefined, headers: readonly Header[]): boolean {
    return reply !== undefined && reply !== '' && asksForReceipt(headers) && this.deps.isInbox(reply);
  }

  /** Replies to this message if its publisher asked, once there is a receipt for the message. */
  await(receipt: Promise<Receipt>, reply: string | undefined, headers: readonly Header[]): void {
    if (!reply || !asksForReceipt(headers)) return;
    if (this.deps.isInbox(reply)) void receipt.then((settled) => this.send(reply, settled));
    else this.refusals++;
  }

  private send(reply: string, receipt: Receipt): void {
    const text = replyFor(receipt);
    if (text === undefined) return;
    try {
      this.deps.publish(reply, text);
    } catch {
      // The connection has closed: the publisher's request times out.
    }
  }
}

/** The reply to a publisher that asked for a receipt. Undefined means that the publisher gets none. */
export function replyFor(receipt: Receipt): string | undefined {
  const fields = fieldsOf(receipt);
  return fields && JSON.stringify(fields);
}

function fieldsOf(receipt: Receipt): Readonly<Record<string, unknown>> | undefined {
  switch (receipt.outcome) {
    case 'stored':
      return { message_id: receipt.messageId, webhooks: receipt.webhooks, ...because(receipt.problem) };
    case 'duplicate':
      return { message_id: null, webhooks: 0, duplicate: true };
    case 'unwanted':
      return { message_id: null, webhooks: 0, ...because(receipt.problem) };
    case 'unregistered':
      return { error: 'no event is registered for this subject' };
    case 'reserved':
      return undefined;
    case 'refused':
      return { error: `the message could not be stored: ${receipt.problem}` };
    case 'invalid':
      return { ...violationFields(receipt.violation), quarantined: false };
    case 'quarantined':
      return { message_id: receipt.messageId, webhooks: 0, ...violationFields(receipt.violation), quarantined: true };
    case 'failed':
      return { error: 'the message could not be stored' };
    case 'overloaded':
      return { error: 'hukz is overloaded and did not accept this message' };
    case 'limited': {
      const { over } = receipt;
      return { error: overLimitText(over), limit: over.limit, retry_after_ms: over.waitMs };
    }
    default:
      return receipt satisfies never;
  }
}

function violationFields({ event, version, problems }: Violation) {
  const error = `the message does not follow the schema "${version}" of ${event}`;
  return { error, event, schema_version: version, problems };
}

const because = (problem: string | undefined) => (problem ? { error: problem } : {});
