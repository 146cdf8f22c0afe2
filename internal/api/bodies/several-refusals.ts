import type { AppError } from '../../errors.js';

/** Several mistakes of one request, each as a separate refusal. */
export class SeveralRefusals extends Error {
  constructor(
    readonly refusals: readonly [AppError, ...AppError[]],
    message = 'several refusals',
  ) {
    super(message);
    this.name = 'SeveralRefusals';
  }
}
