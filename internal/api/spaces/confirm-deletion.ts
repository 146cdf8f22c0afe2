import { z } from 'zod';
import { AppError } from '../../errors.js';
import type { Belongings, SpaceDeletion } from '../../store/spaces/delete-space.js';
import type { Space } from '../../store/spaces/space-row.js';
import { boundedText } from '../bodies/bounds.js';

const MAX_LENGTH = 127;

export const confirmation = z.object({
  confirm: boundedText(MAX_LENGTH).optional().meta({
    description: 'The key or the number of the space. Without it, the answer says what would be deleted.',
    example: 'eu',
  }),
});

export const deletedSpaceAnswer = z
  .object({
    webhooks: z.int().min(0).describe('Number of webhooks that were deleted.'),
    cancelled: z
      .int()
      .min(0)
      .describe(
        'Number of deliveries that were owed to them. They are cancelled in the background, except for one whose ' +
          'request is just being sent and succeeds.',
      ),
  })
  .meta({ title: 'DeletedSpace' });

/** Refuses a deletion as `conflict` unless the caller has named the space, and says what would be deleted. */
export function requireConfirmation(confirm: string | undefined): SpaceDeletion['confirm'] {
  return (space, belongings) => {
    if (confirm === String(space.id) || (confirm !== undefined && confirm === space.key)) return;
    throw new AppError('conflict', sentenceOf(space, belongings), 'confirm');
  };
}

function sentenceOf({ id, key }: Space, { webhooks, owed }: Belongings): string {
  const name = key === null ? `space ${id}` : `space ${id} ("${key}")`;
  const what = `${counted(webhooks, 'webhook')} and cancels ${counted(owed, 'delivery', 'deliveries')}`;
  return `deleting ${name} deletes ${what}: repeat the request with ?confirm=${encodeURIComponent(key ?? id)}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
