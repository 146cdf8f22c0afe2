import { parseRouting } from '../../domain/matching/routing.js';
import type { SpaceNames } from '../../domain/matching/space-names.js';
import { covers } from '../../domain/matching/subject-overlap.js';
import type { Publication } from '../../domain/message/publication.js';
import { echo } from '../../domain/text/echo.js';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';

const HEADER = 'Hukz-Space';
const ID_HEADER = 'Nats-Msg-Id';

/**
 * Keeps a message within the subjects and the spaces of its publisher. A publisher of a single space need not name it.
 * The message gets the number of its space in place of a key, because another space may have the key when the message
 * is matched. Its id is remembered for its space alone: otherwise a message with the id of another space's message
 * would be taken for that one, and be lost.
 * @throws {AppError} `forbidden`
 */
export function withinGrant(
  publication: Publication,
  { spaces, publishTo }: Pick<Principal, 'spaces' | 'publishTo'>,
  names: SpaceNames,
): Publication {
  requireSubject(publication.subject, { publishTo });
  if (spaces === 'all') return publication;
  const routing = parseRouting(publication.headers, Date.now());
  const named = routing.ok ? routing.value.space : undefined;
  const id = named === undefined ? soleIn(spaces) : names.idOf(named);
  if (id !== undefined && spaces.includes(id)) return inSpace(publication, id);
  throw new AppError(
    'forbidden',
    `name one of your spaces in ${HEADER}: this caller may publish to those only`,
    HEADER,
  );
}

/** Refuses a subject that the caller may not publish to. @throws {AppError} `forbidden` */
export function requireSubject(subject: string, { publishTo }: Pick<Principal, 'publishTo'>): void {
  if (!publishTo || publishTo.some((allowed) => covers(allowed, subject))) return;
  throw new AppError('forbidden', `this caller may not publish to "${echo(subject)}"`, 'event');
}

function inSpace(publication: Publication, id: number): Publication {
  const headers = publication.headers.flatMap(([name, value]): [string, string][] => {
    if (isHeader(name, HEADER)) return [];
    return [isHeader(name, ID_HEADER) ? [name, `${id}/${value}`] : [name, value]];
  });
  return { ...publication, headers: [...headers, [HEADER, String(id)]] };
}

const isHeader = (name: string, wanted: string) => name.toLowerCase() === wanted.toLowerCase();

function soleIn([only, ...others]: readonly number[]): number | undefined {
  return others.length === 0 ? only : undefined;
}
