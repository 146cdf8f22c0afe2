import { cannotListen } from '../serve/cannot-listen.js';
import { untilSignal } from '../serve/until-signal.js';
import { openReceiver, showRequest } from './open-receiver.js';
import { requireSecret, signatureProblem } from './verify-signature.js';

export interface ReceiveOptions {
  readonly port: number;
  readonly status: number;
  readonly delayMs: number;
  /** The secret of the sending webhook, if signatures are to be checked. */
  readonly secret: string | undefined;
}

/** `hukz receive`: prints every request, until Ctrl-C. */
export async function receive(options: ReceiveOptions): Promise<void> {
  const { secret } = options;
  if (secret !== undefined) requireSecret(secret);
  const receiver = await openReceiver({
    ...options,
    async onRequest(request) {
      const problem = secret === undefined ? undefined : await signatureProblem(secret, request);
      process.stdout.write(`\n${new Date().toISOString()}\n`);
      process.stdout.write(showRequest(request));
      if (secret === undefined) return;
      process.stdout.write(problem ? `signature: INVALID: ${problem}\n` : 'signature: valid\n');
    },
  }).catch((error: unknown) => {
    throw cannotListen(error, (port) => `--port ${port}`);
  });
  process.stdout.write(`receiving at http://127.0.0.1:${receiver.port}, answering ${options.status}\n`);
  await untilSignal();
  receiver.close();
}
