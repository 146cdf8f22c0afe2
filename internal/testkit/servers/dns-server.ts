import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';

export type QuestionType = 'A' | 'AAAA' | 'NS' | 'other';

/** Addresses (only those of the requested type are in the answer), a failure, or no answer. */
export type DnsReply = readonly string[] | 'no such name' | 'failure' | 'refused' | 'silence';

export interface DnsServer {
  /** `address:port`, in the format of c-ares. */
  readonly address: string;
  /** The questions received, as `A name`. */
  readonly questions: readonly string[];
  reply(by: (name: string, type: QuestionType) => DnsReply): void;
  stop(): Promise<void>;
}

const TYPES: ReadonlyMap<number, QuestionType> = new Map([
  [1, 'A'],
  [2, 'NS'],
  [28, 'AAAA'],
]);
const CODES: Readonly<Record<string, number>> = { failure: 2, 'no such name': 3, refused: 5 };

/** A DNS server on 127.0.0.1 that answers as `reply` says. The name of the root is an empty text. */
export async function startDnsServer(
  first: (name: string, type: QuestionType) => DnsReply,
  port = 0,
): Promise<DnsServer> {
  const questions: string[] = [];
  const socket = createSocket('udp4');
  let reply = first;
  socket.on('message', (query, from) => {
    const { name, type, end } = readQuestion(query);
    questions.push(`${type} ${name}`);
    const answer = reply(name, type);
    if (answer !== 'silence') socket.send(writeAnswer(query.subarray(0, end), type, answer), from.port, from.address);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    reply: (by) => {
      reply = by;
    },
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function readQuestion(query: Buffer): { name: string; type: QuestionType; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), type: TYPES.get(query.readUInt16BE(at + 1)) ?? 'other', end: at + 5 };
}

/** Returns the head of the query with the answer; all records have a TTL of zero. */
function writeAnswer(head: Buffer, type: QuestionType, reply: Exclude<DnsReply, 'silence'>): Buffer {
  const addresses = typeof reply === 'string' ? [] : reply.filter((address) => isIPv4(address) === (type === 'A'));
  const answers = type === 'A' || type === 'AAAA' ? addresses.map(recordOf) : [];
  const answer = Buffer.from(head);
  answer.writeUInt16BE(0x8180 | (typeof reply === 'string' ? (CODES[reply] ?? 0) : 0), 2);
  answer.writeUInt16BE(answers.length, 6);
  answer.writeUInt16BE(0, 8);
  answer.writeUInt16BE(0, 10);
  return Buffer.concat([answer, ...answers]);
}

function recordOf(address: string): Buffer {
  const data = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : bytesOfIpv6(address);
  const record = Buffer.from([0xc0, 0x0c, 0, isIPv4(address) ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([record, data]);
}

function bytesOfIpv6(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [first, last] = [groups(head), groups(tail)];
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}
