import { parseRouting } from '../../domain/matching/routing.js';
import type { SpaceNames } from '../../domain/matching/space-names.js';
import type { Publication } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';

const HEADER = 'Hukz-Space';

/**
 * Keeps a message within the spaces of its publisher. A publisher of a single space need not name it. The message gets
 * the number of its space in place of a key, because another space may have the key when the message is matched.
 * @throws {AppError} `forbidden`
 */
export function withinSpaces(
  publication: Publication,
  { spaces }: Pick<Principal, 'spaces'>,
  names: SpaceNames,
): Publication {
  if (spaces === 'all') return publication;
  const routing = parseRouting(publication.headers, Date.now());
  const named = routing.ok ? routing.value.space : undefined;
  const id = named === undefined ? soleIn(spaces) : names.idOf(named);
  if (id !== undefined && spaces.includes(id)) return id === named ? publication : inSpace(publication, id);
  throw new AppError(
    'forbidden',
    `name one of your spaces in ${HEADER}: this caller may publish to those only`,
    HEADER,
  );
}

function inSpace(publication: Publication, id: number): Publication {
  const others = publication.headers.filter(([name]) => name.toLowerCase() !== HEADER.toLowerCase());
  return { ...publication, headers: [...others, [HEADER, String(id)]] };
}

function soleIn([only, ...others]: readonly number[]): number | undefined {
  return others.length === 0 ? only : undefined;
}
