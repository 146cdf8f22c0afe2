import { cannotListen } from './cannot-listen.js';
import { openReceiver, showRequest } from './open-receiver.js';
import { untilSignal } from './until-signal.js';

/** `hukz receive`: prints every request, until Ctrl-C. */
export async function receive(options: { port: number; status: number; delayMs: number }): Promise<void> {
  const receiver = await openReceiver({
    ...options,
    onRequest(request) {
      process.stdout.write(`\n${new Date().toISOString()}\n`);
      process.stdout.write(showRequest(request));
    },
  }).catch((error: unknown) => {
    throw cannotListen(error, (port) => `--port ${port}`);
  });
  process.stdout.write(`receiving at http://127.0.0.1:${receiver.port}, answering ${options.status}\n`);
  await untilSignal();
  receiver.close();
}
