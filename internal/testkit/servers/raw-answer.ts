import { once } from 'node:events';
import { get, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watchTurns } from '../turns/longest-turn.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The maximum CPU time of this thread in one turn from the request to the last byte, in milliseconds. */
  readonly maxTurnMs: number;
}

/** Sends a GET of user 1 and collects the response without parsing it, so that the measured time is the server's. */
export async function getRaw(server: Server, path: string): Promise<RawAnswer> {
  const { port } = server.address() as AddressInfo;
  const turns = watchTurns();
  try {
    const request = get({ host: '127.0.0.1', port, path, headers: { 'x-user': '1' } });
    const [response] = await once(request, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const maxTurnMs = await turns.maxMs();
    return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), maxTurnMs };
  } finally {
    turns.stop();
  }
}
