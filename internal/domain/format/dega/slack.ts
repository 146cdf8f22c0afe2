import type { Format, Rendering } from '../format.js';
import { occasionOf } from './occasion.js';
import type { Block } from './slack-blocks.js';
import { defaultBlocks, slackLayouts } from './slack-layouts.js';

/** The message that the Go service sends to Slack. */
export const hukzSlack: Format = {
  about: 'the message of the Go service for an incoming webhook of Slack: what happened, with the name or title',
  host: 'hooks.slack.com',
  render: (message) => rendering(defaultBlocks(occasionOf(message))),
};

/** The messages that the Go service sends to Slack with `DEGA_TO_SLACK`. */
export const degaSlack: Format = {
  about:
    'the messages of the Go service with `DEGA_TO_SLACK`: entities of Dega with their fields, others as `hukz-slack`',
  host: 'hooks.slack.com',
  enabledBy: 'DEGA_TO_SLACK',
  render(message) {
    const occasion = occasionOf(message);
    return rendering((slackLayouts.get(occasion.entity) ?? defaultBlocks)(occasion));
  },
};

function rendering(blocks: readonly Block[]): Rendering {
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify({ blocks })) };
}
