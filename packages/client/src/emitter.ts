import type { Emitter } from './emitter/contract.js';
import { ServiceEmitter } from './emitter/service-emitter.js';
import { readServiceOptions, type ServiceEmitterOptions } from './emitter/service-options.js';
import type { Hukz } from './hukz.js';

export type {
  Attached,
  Emitted,
  Emitter,
  EmitterBackoff,
  EmitterConfig,
  Restarted,
  StopReport,
  Undelivered,
} from './emitter/contract.js';
export type { EmitterErrorCode } from './emitter/emitter-error.js';
export { EmitterError } from './emitter/emitter-error.js';
export type { NatsParts } from './emitter/over-nats.js';
export { overNats } from './emitter/over-nats.js';
export type { Publication, Publish } from './emitter/publish.js';
export type { ServiceEmitterOptions } from './emitter/service-options.js';

/** Makes emitters that are webhooks of a service. Nothing is sent before the first call. @throws {EmitterError} */
export function startEmitter(hukz: Hukz, options: ServiceEmitterOptions = {}): Emitter {
  return new ServiceEmitter(hukz, readServiceOptions(options));
}
