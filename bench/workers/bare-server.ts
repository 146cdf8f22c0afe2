import { createServer, type Server } from 'node:net';
import type { Face } from './conduct.js';
import { HttpReader } from './http-reader.js';

/** Is called for an answered request: its bytes, the start of its body, and the number of its webhook. */
export type OnArrival = (bytes: Buffer, bodyStart: number, hook: number) => void;

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
const PATH = Buffer.from('POST /hook/');
const ZERO = 0x30;
const NINE = 0x39;

/** A minimal server that answers a POST: its low cost leaves the shared cores to the sender. */
export function makeBareServer(face: Face, onArrival: OnArrival): Server {
  return createServer({ noDelay: true }, (socket) => {
    if (!face.admits()) {
      socket.destroy();
      return;
    }
    const reader = new HttpReader((bytes, bodyStart) =>
      face.respond(() => {
        if (socket.destroyed) return;
        onArrival(bytes, bodyStart, readHook(bytes));
        socket.write(ANSWER);
      }),
    );
    socket.on('data', (chunk) => {
      if (face.admits()) reader.push(chunk);
      else socket.destroy();
    });
    socket.on('error', () => socket.destroy());
  });
}

/** Reads the number in `POST /hook/17 HTTP/1.1`. Returns 0 if there is none. */
function readHook(bytes: Buffer): number {
  if (!bytes.subarray(0, PATH.length).equals(PATH)) return 0;
  let hook = 0;
  for (let at = PATH.length; at < bytes.length; at++) {
    const digit = bytes[at] ?? 0;
    if (digit < ZERO || digit > NINE) break;
    hook = hook * 10 + digit - ZERO;
  }
  return hook;
}
