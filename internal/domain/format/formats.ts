import { cloudevents } from './cloudevents.js';
import { cloudeventsBinary } from './cloudevents-binary.js';
import { discord } from './discord.js';
import type { Format } from './format.js';
import { googleChat } from './google-chat.js';
import { hukz } from './hukz.js';
import { raw } from './raw.js';
import { slack } from './slack.js';
import { standard } from './standard.js';
import { teams } from './teams.js';

/** Every format there is, by its public name; a row here is all that one more needs besides its file. */
export const formats = {
  hukz,
  raw,
  cloudevents,
  'cloudevents-binary': cloudeventsBinary,
  standard,
  slack,
  'google-chat': googleChat,
  discord,
  teams,
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;

export const formatNames = Object.keys(formats) as [FormatName, ...FormatName[]];
