import { Socket } from 'node:net';
import { KnownFault } from '../connection/connect-error.js';
import { type AnswerHead, isReadPast, readAnswerHead } from './answer-head.js';
import { HeadPieces } from './head-pieces.js';
import { MAX_HEADER_BYTES, spellBytes } from './limits.js';

/** Informational (1xx) answers before the real one. */
const MAX_INFORMATIONAL = 16;
/** Informational answers and empty lines before the real one, all together. */
const MAX_BYTES_BEFORE = MAX_HEADER_BYTES;

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const DIGIT_2 = 0x32;
const VERSION = Buffer.from('HTTP/1.');
/** Of the status in `HTTP/1.1 200`. */
const STATUS_AT = 9;

const GATE = Symbol('gate');
type GatedSocket = Socket & { [GATE]?: AnswerGate };
const { read } = Socket.prototype;

/** One function for all sockets: with one of its own for each, calling it cost undici's reading 2 µs a request. */
function readThroughGate(this: GatedSocket, size?: number): Buffer | null {
  const gate = this[GATE];
  return size === undefined && gate?.isWaitingForHead ? gate.next() : read.call(this, size);
}

/**
 * Stands between a socket and undici's parser, which gives up on an unasked 100 and on heads that other clients take, without
 * a word about the status. A head is let through as a whole, and kept until undici has taken it, so that its status can
 * be read when undici does not; informational answers are left out. One search for the end of the head per answer,
 * no copy unless a head comes in pieces.
 */
export class AnswerGate {
  /** undici has been given it, and has not taken it yet. */
  private head: Buffer | undefined;
  /** Of a head that is not given to undici yet. */
  private pieces: HeadPieces | undefined;
  private waitsForHead = false;
  private informational = 0;
  private bytesBefore = 0;
  private own = false;

  constructor(private readonly socket: GatedSocket) {
    socket[GATE] = this;
    socket.read = readThroughGate;
  }

  /** Meanwhile undici reads only what `next` lets through. */
  get isWaitingForHead(): boolean {
    return this.waitsForHead;
  }

  /** Whether a byte has come that can belong to the answer of the request that was written last. */
  get hasAnswer(): boolean {
    return this.own;
  }

  /** Whether a part of a head has come, and not more. */
  get isInHead(): boolean {
    return this.head !== undefined || this.pieces !== undefined;
  }

  /** A request is about to be written. */
  begin(): void {
    this.head = undefined;
    this.pieces = undefined;
    this.waitsForHead = true;
    this.informational = 0;
    this.bytesBefore = 0;
    this.own = false;
  }

  /** undici has read the head. */
  accepted(): void {
    this.head = undefined;
  }

  /** What has come of a head that undici has not read, with what came behind it. */
  salvage(): { readonly head: AnswerHead; readonly body: Uint8Array } | undefined {
    const bytes = this.head ?? this.pieces?.bytes;
    const head = bytes && readAnswerHead(bytes);
    return head && { head, body: bytes.subarray(head.length) };
  }

  /** What undici is to read now. */
  next(): Buffer | null {
    for (;;) {
      const chunk: Buffer | null = read.call(this.socket);
      if (chunk === null) return null;
      const passed = !this.pieces && isUsual(chunk) ? this.pass(chunk, true) : this.collect(chunk);
      if (passed) return passed;
      if (this.socket.destroyed) return null;
    }
  }

  /** The bytes that undici is to see; undefined: more have to come first. */
  private collect(chunk: Buffer): Buffer | undefined {
    const pieces = this.pieces ?? new HeadPieces();
    this.pieces = pieces;
    pieces.add(chunk);
    for (;;) {
      this.bytesBefore += pieces.skipEmptyLines();
      if (this.bytesBefore > MAX_BYTES_BEFORE)
        return this.refuse(`more than ${spellBytes(MAX_BYTES_BEFORE)} before the answer`);
      if (pieces.length === 0) {
        this.pieces = undefined;
        return undefined;
      }
      if (!pieces.startsLikeHttp) return this.pass(pieces.bytes, false);
      this.own = true;
      const end = pieces.findEnd();
      if (end < 0 && pieces.length <= MAX_HEADER_BYTES) return undefined;
      if (!isReadPast(pieces.bytes)) return this.pass(pieces.bytes, true);
      if (end < 0 || end > MAX_HEADER_BYTES) return this.refuse(`headers larger than ${spellBytes(MAX_HEADER_BYTES)}`);
      this.informational += 1;
      if (this.informational > MAX_INFORMATIONAL)
        return this.refuse(`more than ${MAX_INFORMATIONAL} informational answers`);
      this.bytesBefore += end;
      pieces.skip(end);
    }
  }

  private pass(bytes: Buffer, isOwn: boolean): Buffer {
    if (isOwn) this.own = true;
    this.head = bytes;
    this.pieces = undefined;
    this.waitsForHead = false;
    return bytes;
  }

  private refuse(words: string): undefined {
    this.pieces = undefined;
    this.socket.destroy(new KnownFault('bad_response', words));
  }
}

/** A whole head that is not informational, as nearly all are. A loop: `Buffer.includes` takes 1.4 µs here, it 0.2. */
function isUsual(bytes: Buffer): boolean {
  for (let at = 0; at < VERSION.length; at += 1) if (bytes[at] !== VERSION[at]) return false;
  if (bytes[STATUS_AT - 1] !== SPACE || (bytes[STATUS_AT] ?? 0) < DIGIT_2) return false;
  const last = bytes.length - 2;
  for (let at = STATUS_AT; at < last; at += 1)
    if (bytes[at] === LF && bytes[at + 1] === CR && bytes[at + 2] === LF && bytes[at - 1] === CR) return true;
  return false;
}
