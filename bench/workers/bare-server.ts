import { createServer, type Server } from 'node:net';
import { type OnRequest, RequestReader } from './request-reader.js';

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');

/** The least that answers a POST: what it costs is not taken from the sender that shares its cores. */
export function makeBareServer(onRequest: OnRequest): Server {
  return createServer({ noDelay: true }, (socket) => {
    const reader = new RequestReader((bytes, bodyStart) => {
      onRequest(bytes, bodyStart);
      socket.write(ANSWER);
    });
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('error', () => socket.destroy());
  });
}
