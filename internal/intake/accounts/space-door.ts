import type { SpaceNames } from '../../domain/matching/space-names.js';
import type { ResourceName } from '../../domain/message/headers/resource-name.js';
import { parseSpaceName } from '../../domain/message/headers/space-name.js';
import type { Header } from '../../domain/message/message.js';
import { KEY_PREFIX } from '../../domain/resource-key.js';

export interface InSpace {
  readonly headers: readonly Header[];
  /** Whether the publisher names another space, or none that can be read. */
  readonly claimsOther: boolean;
}

/** Puts the headers of a message into a space. */
export type SpaceDoor = (headers: readonly Header[]) => InSpace;

const SPACE = 'Hukz-Space';
const ID = 'Nats-Msg-Id';

/**
 * Makes the door through which all messages of one NATS account come. The account decides the space: it is appended as
 * `Hukz-Space`, and the same name written by the publisher is left out. Another name stays, so that the message names
 * two spaces. The routing of such a message is invalid, and it reaches no webhook, now and in a replay.
 *
 * A `Nats-Msg-Id` is remembered for the space alone, as over HTTP: otherwise a message with the id of another account's
 * message would be taken for that one, and be lost.
 */
export function makeSpaceDoor(space: ResourceName, names: SpaceNames): SpaceDoor {
  return (headers) => {
    const id = names.idOf(space);
    // The key of a space that is gone names no space, so that no webhook gets the message.
    const own = id === undefined ? `${KEY_PREFIX}${space}` : String(id);
    const kept: Header[] = [];
    let claimsOther = false;
    for (const header of headers) {
      const [name, value] = header;
      if (isNamed(name, SPACE)) {
        if (isOwn(value, space, id, names)) continue;
        claimsOther = true;
        kept.push(header);
      } else if (isNamed(name, ID) && value !== '') kept.push([name, `${own}/${value}`]);
      else kept.push(header);
    }
    kept.push([SPACE, own]);
    return { headers: kept, claimsOther };
  };
}

function isOwn(value: string, space: ResourceName, id: number | undefined, names: SpaceNames): boolean {
  const named = parseSpaceName(value);
  if (!named.ok) return false;
  return named.value === space || (id !== undefined && names.idOf(named.value) === id);
}

const isNamed = (name: string, wanted: string) =>
  name.length === wanted.length && name.toLowerCase() === wanted.toLowerCase();
