import type { FormatName } from '../webhook-settings.js';
import type { Format } from './format.js';
import { hukz } from './hukz.js';

/** Every format there is, by its public name. */
export const formats: Readonly<Partial<Record<FormatName, Format>>> = { hukz };
