import type { Invocation } from '../invocation.js';
import { plain } from './plain.js';
import { writeForeign } from './write-foreign.js';

const NEWLINES: ReadonlySet<number> = new Set([0x0a, 0x0d]);
const SPACE = 0x20;
const decoder = new TextDecoder();

/** Writes JSON texts to stdout in the formats that keep their bytes, or at least their numbers. */
export interface Writer {
  text(text: string): void;
  /** The bytes untouched, unless a terminal would obey some of them. */
  json(json: Uint8Array): void;
  /** In one line: line breaks of JSON are between its values only. */
  jsonLine(json: Uint8Array): void;
  /** One document of YAML. */
  yaml(json: Uint8Array): Promise<void>;
}

export function makeWriter({ streams: { stdout } }: Invocation): Writer {
  const json = (bytes: Uint8Array) => {
    writeForeign(stdout, bytes);
    stdout.write('\n');
  };
  return {
    text: (text) => void stdout.write(text),
    json,
    jsonLine: (bytes) => json(bytes.map((byte) => (NEWLINES.has(byte) ? SPACE : byte))),
    async yaml(bytes) {
      const { toYaml } = await import('./yaml.js');
      const yaml = toYaml(decoder.decode(bytes));
      stdout.write(`---\n${stdout.isTTY ? plain(yaml) : yaml}`);
    },
  };
}
