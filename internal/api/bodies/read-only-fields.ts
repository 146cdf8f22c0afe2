import { z } from 'zod';

const ignored = z.unknown().optional().meta({ readOnly: true, description: 'ours; ignored in requests' });

/** Fields of our answers that a request may contain, because scripts send back the objects that they read. */
export const readOnlyFields = {
  id: ignored,
  created_at: ignored,
  updated_at: ignored,
  deleted_at: ignored,
  created_by_id: ignored,
  updated_by_id: ignored,
};

export const ignoredField = ignored;
