import { echo } from '../../text/echo.js';
import { pointerTo } from '../values/wanted-paths.js';

export interface FilterProblem {
  /** A JSON pointer into the filter, in the spelling of hukz. */
  readonly at: string;
  readonly problem: string;
}

/** Ends the parsing of a filter at its first mistake. `parseFilter` returns it as a value. */
export class Refusal extends Error implements FilterProblem {
  constructor(
    readonly at: string,
    readonly problem: string,
  ) {
    super(problem);
  }
}

/** A part of a filter, and its place in the filter. */
export class Part {
  constructor(
    readonly json: unknown,
    readonly at = '',
  ) {}

  refuse(problem: string): never {
    throw new Refusal(this.at, problem);
  }

  /** The members of an object, of which there is at least one. */
  members(expected: string): readonly (readonly [name: string, part: Part])[] {
    const { json } = this;
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return this.refuse(`must be ${expected}`);
    const members = Object.entries(json).map(([name, value]) => [name, this.member(name, value)] as const);
    return members.length > 0 ? members : this.refuse(`is empty; it must be ${expected}`);
  }

  /** The entries of a list, of which there is at least one. */
  entries(max: number, expected: string): readonly Part[] {
    const { json } = this;
    if (!Array.isArray(json) || json.length === 0) return this.refuse(`must be ${expected}`);
    if (json.length > max) return this.refuse(`has at most ${max} entries`);
    return json.map((value, index) => this.member(String(index), value));
  }

  text(expected: string): string {
    return typeof this.json === 'string' ? this.json : this.refuse(`must be ${expected}`);
  }

  private member(name: string, json: unknown): Part {
    return new Part(json, pointerTo(this.at, echo(name)));
  }
}
