/** The prefix of every canary. */
export const CANARY = 'CANARY-THAT-SINGS-';

/** A secret whose text is recognizable if it leaks. */
export const canary = (name: string): string => `${CANARY}${name}-0123456789`;

/** A key: 32 bytes of a canary in base64, with the prefix of a scheme. */
export const canaryKey = (prefix: string, name: string): string =>
  `${prefix}${Buffer.from(canary(name).padEnd(32, '.').slice(0, 32)).toString('base64')}`;

/** The possible spellings of a text: unchanged, in hex, or in base64 at each of the three alignments. */
export function writingsOf(text: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((before) => {
    const whole = Buffer.from('.'.repeat(before) + text).toString('base64');
    return whole.slice(Math.ceil((before * 4) / 3), Math.floor(((before + text.length) * 4) / 3));
  });
  return [text, Buffer.from(text).toString('hex'), ...inBase64];
}

/** Spellings of a private key's PEM that only its owner can know: the first line is the same for all keys of a kind. */
export function writingsOfKey(pem: string): readonly string[] {
  const [, , line = ''] = pem.split('\n');
  const bytes = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64').subarray(48);
  return [...writingsOf(line), bytes.toString('hex')];
}
