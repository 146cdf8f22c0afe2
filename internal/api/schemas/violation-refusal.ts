import type { Violation } from '../../domain/schema/event-schema.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import { SeveralRefusals } from '../bodies/several-refusals.js';

/** Each problem of the payload is an error of its own, with its JSON pointer as `source`. */
export function violationRefusal({ event, version, problems }: Violation): SeveralRefusals {
  const by = `(schema "${echo(version)}" of ${echo(event)})`;
  const [first, ...rest] = problems.map(
    ({ at, problem }) => new AppError('unprocessable', `${at || 'the message'}: ${problem} ${by}`, at || 'payload'),
  );
  return new SeveralRefusals([first ?? new AppError('unprocessable', `the message is not valid ${by}`), ...rest]);
}
