import { createServer, type Server } from 'node:http';
import type { OnRequest } from './request-reader.js';

const HEADERS = { 'content-type': 'application/json', 'content-length': '2' };

/** A receiver as people write them in Node, at its shortest. */
export function makeHttpServer(onBody: OnRequest): Server {
  return createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [first] = chunks;
      onBody(chunks.length === 1 && first ? first : Buffer.concat(chunks), 0);
      response.writeHead(200, HEADERS).end('{}');
    });
  });
}
