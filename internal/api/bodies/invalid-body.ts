import { AppError } from '../../errors.js';

/** A body that is no JSON object. The first refusal has the message of the contract, and the second one says why. */
export class InvalidBody extends Error {
  readonly refusals: readonly [AppError, AppError];

  constructor(message: string, problem: string) {
    super(problem);
    this.name = 'InvalidBody';
    this.refusals = [new AppError('unprocessable', message), new AppError('unprocessable', problem)];
  }
}
