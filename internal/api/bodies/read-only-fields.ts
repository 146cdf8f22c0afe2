import { z } from 'zod';

const ignored = z.unknown().optional().meta({ readOnly: true, description: 'ours; ignored in requests' });

/** Fields of our answers that a request may carry, because scripts send back what they got. */
export const readOnlyFields = {
  id: ignored,
  created_at: ignored,
  updated_at: ignored,
  deleted_at: ignored,
  created_by_id: ignored,
  updated_by_id: ignored,
};

export const ignoredField = ignored;
