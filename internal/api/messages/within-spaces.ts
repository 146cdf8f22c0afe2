import { parseRouting } from '../../domain/matching/routing.js';
import type { Publication } from '../../domain/message/publication.js';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';

/**
 * Keeps a message within the spaces of its publisher. A publisher of a single space need not name it.
 * @throws {AppError} `forbidden`
 */
export function withinSpaces(publication: Publication, { spaces }: Pick<Principal, 'spaces'>): Publication {
  if (spaces === 'all') return publication;
  const routing = parseRouting(publication.headers, Date.now());
  const named = routing.ok ? routing.value.spaceId : undefined;
  if (named !== undefined && spaces.includes(named)) return publication;
  const [only, ...others] = spaces;
  if (named === undefined && only !== undefined && others.length === 0)
    return { ...publication, headers: [...publication.headers, ['Hukz-Space', String(only)]] };
  throw new AppError(
    'forbidden',
    'name one of your spaces in Hukz-Space: this caller may publish to those only',
    'Hukz-Space',
  );
}
