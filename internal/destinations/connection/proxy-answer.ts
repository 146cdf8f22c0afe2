import type { Socket } from 'node:net';
import { MAX_HEADER_BYTES } from '../http/limits.js';

/**
 * Returns the status with which a proxy answers CONNECT, or 0 when the answer is malformed. Nothing may follow its
 * headers: the next bytes come from the receiver, which must not speak first. The promise stays pending when the socket
 * ends, which the socket's owner handles.
 */
export function readConnectAnswer(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const read = () => {
      for (let chunk: Buffer | null = socket.read(); chunk; chunk = socket.read()) text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0 && text.length <= MAX_HEADER_BYTES) return;
      socket.off('readable', read);
      const isWhole = end >= 0 && (text.length === end + 4 || !/^HTTP\/1\.[01] 2/.test(text));
      resolve(isWhole ? Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0) : 0);
    };
    socket.on('readable', read);
  });
}
