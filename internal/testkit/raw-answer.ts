import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchTurns } from './longest-turn.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The most that this thread computed in one turn from the request to the last byte, milliseconds. */
  readonly longestTurnMs: number;
}

/** A GET of user 1, whose answer is gathered without being looked at: what it costs is the server's. */
export async function getRaw(server: Server, path: string): Promise<RawAnswer> {
  const { port } = server.address() as AddressInfo;
  const turns = watchTurns();
  try {
    const request = get({ host: '127.0.0.1', port, path, headers: { 'x-user': '1' } });
    const [response] = await once(request, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const longestTurnMs = turns.longestMs();
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), longestTurnMs };
  } finally {
    turns.stop();
  }
}
