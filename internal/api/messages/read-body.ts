import type { IncomingMessage } from 'node:http';
import { AppError } from '../../errors.js';

/** The memory for bodies that are being read, of all requests together. */
export class BodyRoom {
  private used = 0;

  constructor(private readonly maxBytes: number) {}

  /** Returns whether there was room. */
  take(bytes: number): boolean {
    this.used += bytes;
    return this.used <= this.maxBytes;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}

interface BodyLimit {
  readonly maxBytes: number;
  readonly room: BodyRoom;
  /** The refusal of a larger body. */
  readonly tooLarge: string;
}

/**
 * Reads the body of a request. A body that declares a larger size is refused before it is read, any other one as soon
 * as it exceeds the limit. @throws {AppError} `too_large`, `too_many`, or `bad_request` if its sender leaves
 */
export function readBody(request: IncomingMessage, { maxBytes, room, tooLarge }: BodyLimit): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes)
    return Promise.reject(new AppError('too_large', tooLarge));
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const settle = (end: () => void) => {
      room.release(bytes);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      end();
    };
    const refuse = (error: AppError) => {
      settle(() => reject(error));
      // The rest is discarded, so that the sender comes to read the answer.
      request.on('error', () => undefined).resume();
    };
    const onData = (piece: Buffer) => {
      bytes += piece.length;
      const hasRoom = room.take(piece.length);
      if (bytes > maxBytes) refuse(new AppError('too_large', tooLarge));
      else if (hasRoom) pieces.push(piece);
      else refuse(new AppError('too_many', 'hukz has no room for more messages at the moment; try again in a second'));
    };
    const onEnd = () => settle(() => resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)));
    const onGone = () => refuse(new AppError('bad_request', 'the request ended before its body was complete'));
    request.on('data', onData).once('end', onEnd).once('error', onGone).once('close', onGone);
  });
}
