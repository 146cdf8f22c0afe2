import { AppError } from '../../errors.js';
import { SeveralRefusals } from './several-refusals.js';

/** A body that is no JSON object. The first refusal has the message of the contract, and the second one says why. */
export class InvalidBody extends SeveralRefusals {
  constructor(message: string, problem: string) {
    super([new AppError('unprocessable', message), new AppError('unprocessable', problem)], problem);
  }
}
