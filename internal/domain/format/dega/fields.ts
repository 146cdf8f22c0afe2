import { clean, shorten } from '../plain-text.js';

/** An object of a payload, whose members may be anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** Longer than any name. A chat refuses messages that are too long. */
const MAX_TEXT = 1000;
const NOTHING: Fields = {};
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** Anything but an object has no fields. */
export function fieldsOf(value: unknown): Fields {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : NOTHING;
}

/** The objects of a list. Anything else in it, or in place of it, is left out. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf).filter((fields) => fields !== NOTHING) : [];
}

/** One line of text: a string, or a number that parsing has not changed. Anything else is an empty text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return shorten(clean(value), MAX_TEXT);
  if (typeof value !== 'number' || !Number.isFinite(value)) return '';
  return Number.isSafeInteger(value) || !Number.isInteger(value) ? String(value) : '';
}

/** Texts of a field of each object of a list, such as the names of categories. */
export function textsOf(value: unknown, field: string): readonly string[] {
  return listOf(value).flatMap((fields) => textOf(fields[field]) || []);
}

/** An address that a chat can load or open. */
export function linkOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2048 || !URL.canParse(value)) return undefined;
  return /^https?:$/.test(new URL(value).protocol) ? value : undefined;
}

/** The day of an RFC 3339 time in the zone in which it is written. */
export function dayOf(value: unknown): { readonly long: string; readonly short: string } | undefined {
  const [, year, month, day] = (typeof value === 'string' && /^(\d{4})-(\d\d)-(\d\d)T/.exec(value)) || [];
  const name = MONTHS[Number(month) - 1];
  if (name === undefined || Number.isNaN(Date.parse(String(value)))) return undefined;
  return { long: `${name} ${Number(day)}, ${year}`, short: `${month}/${day}/${year}` };
}

/** A label and the day of a time behind it, or nothing if the value is no time. */
export function labelledDay(label: string, value: unknown): string {
  const found = dayOf(value);
  return found ? `${label}${found.long}` : '';
}
