/**
 * V8 compiles every access to a buffer on the assumption that no ArrayBuffer was ever detached, and discards all that
 * code when the first one is detached: 121 functions, seen when the memory of undici's parser, a WebAssembly module,
 * grew as many receivers failed and connections were opened by hundreds. Therefore one ArrayBuffer is detached before
 * anything is compiled. Code that is compiled without the assumption is as fast.
 */
export function expectDetachedBuffers(): void {
  const buffer = new ArrayBuffer(1);
  structuredClone(buffer, { transfer: [buffer] });
}
