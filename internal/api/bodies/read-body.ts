import type { IncomingMessage } from 'node:http';
import { AppError } from '../../errors.js';
import type { BodyPlace } from './body-room.js';
import { GatheredBytes } from './gathered-bytes.js';

interface BodyLimit {
  readonly maxBytes: number;
  /** The refusal of a larger body. */
  readonly tooLarge: string;
  /** The memory of the body, which it shares with others. Bodies of a small limit need none. */
  readonly place?: BodyPlace;
}

/**
 * Reads the body of a request. A body that declares a larger size is refused before it is read, any other one as soon
 * as it exceeds the limit. @throws {AppError} `unsupported_media_type` if the body is encoded, `too_large`, `too_many`,
 * or `bad_request` if its sender leaves
 */
export async function readBody(request: IncomingMessage, limit: BodyLimit): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': length = 0 } = request.headers;
  if (encoding.toLowerCase() !== 'identity')
    throw new AppError('unsupported_media_type', 'a request body must not have a content encoding');
  if (Number(length) > limit.maxBytes) throw new AppError('too_large', limit.tooLarge);
  return gather(request, limit);
}

const NO_ROOM = 'hukz has no memory for more request bodies at the moment; try again in a second';

function gather(request: IncomingMessage, { maxBytes, place, tooLarge }: BodyLimit): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Undefined as soon as the body is complete or refused. The listeners remain, because removing four of them takes
    // longer than a call that does nothing; the rest of a refused body is discarded, so that its sender comes to read
    // the answer.
    let gathered: GatheredBytes | undefined = new GatheredBytes();
    let bytes = 0;
    const end = () => {
      const complete = gathered;
      if (complete) place?.end();
      gathered = undefined;
      return complete;
    };
    const refuse = (error: AppError) => {
      end();
      reject(error);
    };
    const refuseForRoom = () => refuse(new AppError('too_many', NO_ROOM));
    place?.begin(refuseForRoom);
    const onData = (piece: Buffer) => {
      if (!gathered) return;
      bytes += piece.length;
      if (bytes > maxBytes) refuse(new AppError('too_large', tooLarge));
      else if (place?.take(piece.length) ?? true) gathered.add(piece);
      else refuseForRoom();
    };
    const onEnd = () => {
      const complete = end();
      if (complete) resolve(complete.whole());
    };
    const onGone = () => {
      if (gathered) refuse(new AppError('bad_request', 'the request ended before its body was complete'));
    };
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}
