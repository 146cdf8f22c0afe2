import { z } from 'zod';
import type { RateLimit } from '../../domain/webhook-settings.js';

const PER_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;
const FORM = /^([1-9]\d{0,5})\/(second|minute|hour)$/;

/** `100/minute`: at most so many requests, those of all instances together. */
export const rateField = z
  .string()
  .regex(FORM, 'is written as 10/second, 100/minute or 1000/hour')
  .transform((written): RateLimit => {
    const [count, unit] = written.split('/');
    return { count: Number(count), perMs: PER_MS[unit as keyof typeof PER_MS] };
  })
  .meta({
    type: 'string',
    description: 'at most so many requests a second, minute or hour, those of all instances together',
    example: '100/minute',
  });

export function rateJson({ count, perMs }: RateLimit): string {
  const unit = Object.entries(PER_MS).find(([, ms]) => ms === perMs)?.[0];
  return `${count}/${unit}`;
}
