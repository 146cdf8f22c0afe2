import { createServer, type Server } from 'node:http';
import type { OnArrival } from './bare-server.js';
import type { Face } from './conduct.js';

const HEADERS = { 'content-type': 'application/json', 'content-length': '2' };

/** A minimal receiver as people write it in Node. */
export function makeHttpServer(face: Face, onArrival: OnArrival): Server {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    if (!face.admits()) request.socket.destroy();
    request.on('end', () =>
      face.respond(() => {
        if (request.socket.destroyed) return;
        const [first] = chunks;
        const hook = Number(/^\/hook\/(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
        onArrival(chunks.length === 1 && first ? first : Buffer.concat(chunks), 0, hook);
        response.writeHead(200, HEADERS).end('{}');
      }),
    );
  });
  server.on('connection', (socket) => {
    if (!face.admits()) socket.destroy();
  });
  return server;
}
