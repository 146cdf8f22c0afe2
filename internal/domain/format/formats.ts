import { cloudevents } from './cloudevents.js';
import { cloudeventsBinary } from './cloudevents-binary.js';
import { degaGoogleChat, hukzGoogleChat } from './dega/google-chat.js';
import { degaSlack, hukzSlack } from './dega/slack.js';
import { discord } from './discord.js';
import type { Format } from './format.js';
import { googleChat } from './google-chat.js';
import { hukz } from './hukz.js';
import { raw } from './raw.js';
import { slack } from './slack.js';
import { standard } from './standard.js';
import { teams } from './teams.js';

/** All formats by public name. A new format needs only a file and a row here. */
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
  'hukz-slack': hukzSlack,
  'hukz-google-chat': hukzGoogleChat,
  'dega-slack': degaSlack,
  'dega-google-chat': degaGoogleChat,
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;

export const formatNames = Object.keys(formats) as [FormatName, ...FormatName[]];
