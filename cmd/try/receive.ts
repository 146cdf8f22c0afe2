import { resolveSecret } from '../connection/secret-reference.js';
import type { Invocation } from '../invocation.js';
import { writeForeign } from '../output/write-foreign.js';
import { cannotListen } from '../serve/cannot-listen.js';
import { untilSignal } from '../serve/until-signal.js';
import { openReceiver, showRequest } from './open-receiver.js';
import { requireSecret, signatureProblem } from './verify-signature.js';

export interface ReceiveOptions {
  readonly port: number;
  readonly status: number;
  readonly delayMs: number;
  /** The secret of the sending webhook, or a reference to it, if signatures are to be checked. */
  readonly secret: string | undefined;
}

/** `hukz receive`: prints every request, until Ctrl-C. */
export async function receive(here: Invocation, options: ReceiveOptions): Promise<void> {
  const { stdout } = here.streams;
  const secret = options.secret === undefined ? undefined : await resolveSecret(options.secret, here);
  if (secret !== undefined) requireSecret(secret);
  const receiver = await openReceiver({
    ...options,
    async onRequest(request) {
      const problem = secret === undefined ? undefined : await signatureProblem(secret, request);
      stdout.write(`\n${new Date().toISOString()}\n`);
      writeForeign(stdout, showRequest(request));
      if (secret === undefined) return;
      stdout.write(problem ? `signature: INVALID: ${problem}\n` : 'signature: valid\n');
    },
  }).catch((error: unknown) => {
    throw cannotListen(error, (port) => `--port ${port}`);
  });
  stdout.write(`receiving at http://127.0.0.1:${receiver.port}, answering ${options.status}\n`);
  await untilSignal();
  receiver.close();
}
