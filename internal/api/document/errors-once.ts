import { referredName } from './describe-type.js';
import { row, sentence, table } from './html.js';
import type { OpenApi, Operation } from './openapi.js';

type Answer = Operation['responses'][string];

const ERRORS = 'Errors';

export function isError({ content }: Answer): boolean {
  return Object.values(content ?? {}).some(({ schema }) => referredName(schema) === ERRORS);
}

/** The meaning that each error status has in all operations. An operation may add its own meanings. */
export type Meanings = ReadonlyMap<string, string>;

/** The shortest sentence of each status. Longer sentences add the details of their operations. */
export function meaningsIn({ paths }: OpenApi): Meanings {
  const all = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ responses }) => Object.entries(responses))
    .filter(([, answer]) => isError(answer))
    .map(([status, { description }]) => [status, description] as const);
  const byLength = all.toSorted(([, a], [, b]) => b.length - a.length);
  return new Map([...new Map(byLength)].toSorted(([a], [b]) => a.localeCompare(b)));
}

/** A table with each error of the whole API once. */
export function errorTable(meanings: Meanings): string {
  const rows = [...meanings].map(([status, meaning]) => row(status, [sentence(meaning)], errorId(status)));
  return table(['Status', 'Meaning'], rows);
}

/** The errors of an operation: links to their meanings, and the details of this operation. */
export function errorLinks({ responses }: Operation, meanings: Meanings): string {
  const errors = Object.entries(responses).filter(([, answer]) => isError(answer));
  const links = errors.map(([status]) => `<li><a href="#${errorId(status)}">${status}</a></li>`);
  const special = errors.flatMap(([status, { description }]) => {
    const common = meanings.get(status) ?? '';
    if (description === common) return [];
    const own = description.startsWith(common) ? description.slice(common.length).replace(/^[.;]? */, '') : description;
    return [`<p>${status}: ${sentence(own)}</p>`];
  });
  return `<h4>Errors</h4><ul class="links">${links.join('')}</ul>${special.join('')}`;
}

const errorId = (status: string) => `error-${status}`;
