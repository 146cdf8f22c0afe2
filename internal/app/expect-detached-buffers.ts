/**
 * V8 compiles every access to a buffer on the assumption that no ArrayBuffer was ever detached, and throws all that code away
 * when the first one is: 121 functions, seen when the memory of undici's parser, a WebAssembly module, grew as a crowd of
 * receivers failed and connections were opened by hundreds. So one is detached before anything is compiled; what is compiled
 * without the assumption is as fast.
 */
export function expectDetachedBuffers(): void {
  const buffer = new ArrayBuffer(1);
  structuredClone(buffer, { transfer: [buffer] });
}
