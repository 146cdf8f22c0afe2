import { plainLine } from './plain.js';

/** A value of an answer as a text of one line. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(cell).join(',');
  if (typeof value === 'object') {
    const pairs = Object.entries(value).map(([name, each]) => `${plainLine(name)}=${cell(each)}`);
    return pairs.length === 0 ? '-' : pairs.join(',');
  }
  return plainLine(String(value));
}
