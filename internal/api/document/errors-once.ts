import { row, sentence, table } from './html.js';
import type { OpenApi, Operation } from './openapi.js';
import { referredName } from './type-words.js';

type Answer = Operation['responses'][string];

const ERRORS = 'Errors';

export function isError({ content }: Answer): boolean {
  return Object.values(content ?? {}).some(({ schema }) => referredName(schema) === ERRORS);
}

/** What each status of an error means in all operations; an operation may say more of its own. */
export type Meanings = ReadonlyMap<string, string>;

/** The shortest sentence of each status: others are longer by what is special to their operations. */
export function meaningsIn({ paths }: OpenApi): Meanings {
  const all = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ responses }) => Object.entries(responses))
    .filter(([, answer]) => isError(answer))
    .map(([status, { description }]) => [status, description] as const);
  const byLength = all.toSorted(([, a], [, b]) => b.length - a.length);
  return new Map([...new Map(byLength)].toSorted(([a], [b]) => a.localeCompare(b)));
}

/** The errors of the whole API, each once. */
export function errorTable(meanings: Meanings): string {
  const rows = [...meanings].map(([status, meaning]) => row(status, [sentence(meaning)], errorId(status)));
  return table(['Status', 'Meaning'], rows);
}

/** The errors of an operation: links to their meanings, and what is special to it. */
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
