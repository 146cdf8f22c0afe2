import { AppError } from '../../errors.js';
import { InvalidBody } from '../bodies/invalid-body.js';
import { SeveralRefusals } from '../bodies/several-refusals.js';

const MAX_PROBLEMS = 100;

/** The problems of the objects of a declaration, each with the place of its object, such as `webhooks[17]`. */
export class Problems {
  private readonly found: AppError[] = [];

  /** Throws at once when there are as many problems as one answer names. */
  add(place: string, { message, source }: Pick<AppError, 'message' | 'source'>): void {
    const isAboutField = source !== undefined && message.startsWith(source);
    const placed = isAboutField ? `${place}.${message}` : `${place}: ${message}`;
    this.found.push(new AppError('unprocessable', placed, source === undefined ? place : `${place}.${source}`));
    if (this.found.length === MAX_PROBLEMS) this.throwIfAny();
  }

  /** Runs work about one object. A mistake of the caller becomes a problem, and the result undefined. */
  async collect<T>(place: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      for (const refusal of refusalsIn(error)) this.add(place, refusal);
      return undefined;
    }
  }

  throwIfAny(): void {
    const [first, ...rest] = this.found;
    if (first) throw new SeveralRefusals([first, ...rest]);
  }
}

/** Anything but a mistake in the object itself is not its problem: a server may be away. */
function refusalsIn(error: unknown): readonly AppError[] {
  // The first refusal of such a body only says that the second one follows.
  if (error instanceof InvalidBody) return error.refusals.slice(1);
  if (error instanceof SeveralRefusals) return error.refusals;
  if (error instanceof AppError && (error.code === 'unprocessable' || error.code === 'conflict')) return [error];
  throw error;
}
