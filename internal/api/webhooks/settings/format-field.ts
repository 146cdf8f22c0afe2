import { z } from 'zod';
import { formatNames } from '../../../domain/format/formats.js';

/** The shape of the body; without one, the host's: Slack's and Google Chat's have one, all others get `hukz`. */
export const formatField = z.enum(formatNames).meta({
  description: 'the shape of the body; unless given, what the host of the url asks for, else hukz',
  example: 'cloudevents',
});
