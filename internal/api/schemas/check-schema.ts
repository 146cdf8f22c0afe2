import type { SchemaProblem } from '../../domain/schema/event-schema.js';
import { AppError } from '../../errors.js';
import type { SchemaTrials } from '../api-deps.js';
import { SeveralRefusals } from '../bodies/several-refusals.js';

/** Checks JSON texts by a schema that need not be stored. */
export class TriedSchema {
  constructor(
    private readonly trials: SchemaTrials['schemaTrials'],
    private readonly text: string,
  ) {}

  /** @throws {AppError} `unprocessable` with the JSON pointer to the part of the schema that cannot be used */
  async requireUsable(source: string): Promise<void> {
    const result = await this.trials.check({ id: 'unstored', text: this.text });
    if (result.outcome === 'bad_schema') throw refusalOf(source, result.problem);
    if (result.outcome === 'too_hard')
      throw new AppError('unprocessable', 'the schema takes too long, or too much memory, to compile', source);
  }

  async problemsOf(payload: Uint8Array): Promise<readonly SchemaProblem[]> {
    const result = await this.trials.check({ id: 'unstored', text: this.text }, payload);
    if (result.outcome === 'valid') return [];
    if (result.outcome === 'invalid') return result.problems;
    if (result.outcome === 'bad_schema') throw refusalOf('schema', result.problem);
    return [{ at: '', problem: 'the check takes more time or memory than a check may take' }];
  }

  /** @throws {SeveralRefusals} with the JSON pointers into the example */
  async requireValid(source: string, payload: Uint8Array): Promise<void> {
    const [first, ...rest] = (await this.problemsOf(payload)).map((problem) => refusalOf(source, problem));
    if (first) throw new SeveralRefusals([first, ...rest]);
  }
}

const refusalOf = (source: string, { at, problem }: SchemaProblem) =>
  new AppError('unprocessable', `${source}${at}: ${problem}`, `${source}${at}`);
