import { z } from 'zod';
import { formatNames } from '../../../domain/format/formats.js';

/**
 * The format of the body. By default, the host decides: Slack and Google Chat have their own format, all other hosts
 * get `hukz`.
 */
export const formatField = z.enum(formatNames).meta({
  description: 'The format of request bodies. Default: the format for the host of the URL, otherwise hukz.',
  example: 'cloudevents',
});
