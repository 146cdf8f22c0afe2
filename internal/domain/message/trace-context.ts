import type { Header } from './message.js';

/** W3C Trace Context: version, trace, parent, flags. A version after 00 may have further fields. */
const PARENT =
  /^(?:00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}|(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]{1,256})?)$/;
const STATE_MEMBER =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MAX_MEMBERS = 32;
const MAX_STATE_LENGTH = 2048;

const NONE: readonly string[] = [];

/**
 * Returns the trace that a message belongs to, as headers of a request: name, value, name, value … Names are
 * case-insensitive. A parent that is malformed or repeated is ignored, and so is the state without a valid parent.
 */
export function traceContext(headers: readonly Header[]): readonly string[] {
  let parent: string | undefined;
  let states: string[] | undefined;
  for (const [name, value] of headers) {
    if (name.length === 11 && name.toLowerCase() === 'traceparent') {
      if (parent !== undefined) return NONE;
      parent = value.trim();
    } else if (name.length === 10 && name.toLowerCase() === 'tracestate') {
      states ??= [];
      states.push(value);
    }
  }
  if (parent === undefined || !PARENT.test(parent)) return NONE;
  const state = states && stateOf(states);
  return state ? ['traceparent', parent, 'tracestate', state] : ['traceparent', parent];
}

/** Several lines form one list. A list that is malformed or too long is omitted as a whole. */
function stateOf(lines: readonly string[]): string | undefined {
  const members = lines
    .flatMap((line) => line.split(','))
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const keys = members.map((member) => member.slice(0, member.indexOf('=')));
  const wellFormed =
    members.length > 0 &&
    members.length <= MAX_MEMBERS &&
    members.every((member) => STATE_MEMBER.test(member)) &&
    new Set(keys).size === keys.length;
  const state = members.join(',');
  return wellFormed && state.length <= MAX_STATE_LENGTH ? state : undefined;
}
