export { SignatureError, type SignatureFailure } from 'hukz-signatures';
export {
  type FastifyInstance,
  fastifyPlugin,
  fetchHandler,
  type NodeResponse,
  nodeHandler,
} from './adapters.js';
export type { Answer } from './answer.js';
export type { Claim, Dedupe } from './dedupe.js';
export type { Delivery } from './delivery.js';
export type { Incoming, ReadBody } from './incoming.js';
export { type Handler, type Receiver, type ReceiverOptions, receiver } from './make-receiver.js';
export { type MemoryDedupeOptions, memoryDedupe } from './memory-dedupe.js';
export type { NodeRequest } from './node-request.js';
export { type PostgresDedupe, type PostgresDedupeOptions, postgresDedupe, type Query } from './postgres-dedupe.js';
export { Gone, Later } from './refusals.js';
export { type AnyRequest, type ReceiveOptions, verify } from './verify.js';
