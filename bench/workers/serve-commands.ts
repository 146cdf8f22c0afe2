import { messageOf } from '../../internal/errors.js';
import type { Answer, Commands, News, Question } from '../load/worker-protocol.js';

/** Makes this process a worker: it executes the commands of its parent, and ends when the parent has ended. */
export function serveCommands(commands: Commands): void {
  process.on('message', (question: Question) => void answer(commands, question));
  process.on('disconnect', () => process.exit(0));
}

/** Sends a message to the parent without a request. */
export function send(news: unknown): void {
  const message: News = { news };
  process.send?.(message);
}

async function answer(commands: Commands, { id, command, input }: Question): Promise<void> {
  const reply = (answer: Answer) => process.send?.(answer);
  try {
    reply({ id, output: await commands[command]?.(input) });
  } catch (error) {
    reply({ id, error: messageOf(error) });
  }
}
