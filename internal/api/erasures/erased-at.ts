import { z } from 'zod';

export const erasedAtField = z.iso
  .datetime()
  .optional()
  .describe('Present if the message was erased: its payload, its headers and what its attempts had kept are gone.');

/** The member of an answer about a message, a delivery or an attempt. It is absent unless the message was erased. */
export const erasedAt = (at: Date | null): { readonly erased_at?: string } =>
  at === null ? {} : { erased_at: at.toISOString() };
