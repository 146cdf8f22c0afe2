import type { Call } from '../../packages/client/src/call.js';
import { elementsAt } from '../../packages/client/src/json-bytes.js';
import type { List, NodeOf, PageOf } from '../../packages/client/src/list.js';
import type { Invocation } from '../invocation.js';
import { makePaint, type Paint } from './colour.js';
import { type Columns, chooseColumns } from './columns.js';
import { formatChosen, formatFields } from './fields.js';
import { plain, plainLine } from './plain.js';
import { makeTable } from './table.js';
import { makeWriter } from './writer.js';

export interface OutputOptions {
  readonly output?: 'table' | 'wide' | 'json' | 'jsonl' | 'yaml' | 'name';
  readonly columns?: string;
  readonly color?: 'auto' | 'always' | 'never';
}

export interface PageOptions {
  readonly limit?: number;
  readonly all?: true;
}

/** Prints facts to stdout in the format of `-o`. */
export interface Output {
  readonly format: NonNullable<OutputOptions['output']>;
  /** Colours a text for stdout, if it is a terminal. */
  readonly paint: Paint;
  /** Prints a list of the API: one page, or everything. */
  list<Page extends PageOf<unknown>>(
    list: List<Page>,
    columns: Columns<NodeOf<Page>>,
    options: PageOptions,
  ): Promise<void>;
  /** Prints the object that a call answers with. */
  one<T extends object>(call: Call<T>, columns: Columns<T>): Promise<void>;
  /** Prints what a call has done: a sentence, or its answer, or the name of what was changed. */
  done(call: Call<unknown>, sentence: string, name: string | number): Promise<void>;
  /** Prints rows that are not a list of the API. */
  rows<Node extends object>(nodes: readonly Node[], columns: Columns<Node>): Promise<void>;
  /** Prints an object that is not an answer of the API. */
  object<T extends object>(value: T, columns: Columns<T>): Promise<void>;
  /** Prints an answer as JSON or YAML, for verbs that print something else for people. */
  answer(json: Uint8Array): Promise<void>;
  /** Prints a text for people whose values went through `plainLine`, so that it may have colours of `paint`. */
  painted(text: string): void;
  /** Prints a text of several lines for people, whatever the format is. */
  text(text: string): void;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

export function makeOutput(here: Invocation, options: OutputOptions): Output {
  const { stdout, stderr } = here.streams;
  const { output: format = 'table', color = 'auto', columns: chosen } = options;
  const paint = makePaint(here, color, 'stdout');
  const writer = makeWriter(here);
  const isForPeople = format === 'table' || format === 'wide';

  /** Prints pages that follow each other: `json` is the whole page, and its array at `path` has the nodes. */
  function pagePrinter<Node>(columns: Columns<Node>, path: readonly string[]) {
    const maxWidth = stdout.isTTY && format === 'table' ? stdout.columns : undefined;
    let table: ((nodes: readonly Node[]) => string) | undefined;
    return async (nodes: readonly Node[], json: Uint8Array): Promise<void> => {
      if (isForPeople) {
        const narrow = format === 'wide' ? columns : columns.filter(({ isWide }) => !isWide);
        table ??= makeTable(chosen === undefined ? narrow : chooseColumns(columns, chosen, nodes), { paint, maxWidth });
        writer.text(table(nodes));
      } else if (format === 'name') writer.text(nodes.map((node) => `${nameOf(node)}\n`).join(''));
      else if (format === 'json') writer.json(json);
      else
        for (const node of elementsAt(json, path))
          await (format === 'yaml' ? writer.yaml(node) : writer.jsonLine(node));
    };
  }

  async function printAnswer(json: Uint8Array): Promise<void> {
    if (format === 'yaml') await writer.yaml(json);
    else if (format === 'jsonl') writer.jsonLine(json);
    else writer.json(json);
  }

  async function printObject<T extends object>(value: T, json: Uint8Array, columns: Columns<T>): Promise<void> {
    if (format === 'name') writer.text(`${nameOf(value)}\n`);
    else if (!isForPeople) await printAnswer(json);
    else if (chosen === undefined) writer.text(formatFields(value, columns, paint));
    else writer.text(formatChosen(value, chooseColumns(columns, chosen, [value]), paint));
  }

  return {
    format,
    paint,
    text: (text) => writer.text(`${plain(text)}\n`),
    painted: writer.text,
    answer: printAnswer,
    async list<Page extends PageOf<unknown>>(list: List<Page>, columns: Columns<NodeOf<Page>>, paging: PageOptions) {
      const { limit, all = limit === undefined && (format === 'jsonl' || format === 'name') } = paging;
      const print = pagePrinter(columns, ['nodes']);
      for await (const { data, bytes } of list.answers(all ? MAX_LIMIT : (limit ?? DEFAULT_LIMIT))) {
        await print(data.nodes as readonly NodeOf<Page>[], bytes);
        if (all) continue;
        if (isForPeople && data.next_cursor !== undefined) stderr.write('There are more: --all prints everything.\n');
        return;
      }
    },
    async one(call, columns) {
      const { data, bytes } = await call.withAnswer();
      await printObject(data, bytes, columns);
    },
    async done(call, sentence, name) {
      const { bytes } = await call.withAnswer();
      if (isForPeople) writer.text(`${plainLine(sentence)}\n`);
      else if (format === 'name') writer.text(`${plainLine(String(name))}\n`);
      else await printAnswer(bytes);
    },
    rows: (nodes, columns) => pagePrinter(columns, [])(nodes, encode(nodes)),
    object: (value, columns) => printObject(value, encode(value), columns),
  };
}

/** The id of a resource; the name of what has no id, such as a context. */
function nameOf(node: unknown): string {
  const { id, name }: { readonly id?: unknown; readonly name?: unknown } = Object(node);
  return plainLine(String(id ?? name));
}
