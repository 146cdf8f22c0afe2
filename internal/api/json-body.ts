import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { AppError } from '../errors.js';

export const LARGEST_BODY_BYTES = 256 * 1024;

const readBytes = express.raw({ type: () => true, limit: LARGEST_BODY_BYTES, inflate: false });
const JSON_TYPE = /^application\/(?:json|merge-patch\+json)$/;

/** The request's JSON object; anything else is refused. Without a content type it is taken for JSON, as it always was. */
export async function readJsonBody(req: Request, res: Response, isOptional: boolean): Promise<object> {
  requireJson(req.get('content-type'));
  await new Promise<void>((resolve, reject) => {
    readBytes(req, res, (error: unknown) => (error ? reject(error) : resolve()));
  });
  const isEmpty = !Buffer.isBuffer(req.body) || req.body.length === 0;
  return isEmpty && isOptional ? {} : parseObject(req.body);
}

function requireJson(contentType: string | undefined): void {
  if (contentType === undefined) return;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  const isJson = JSON_TYPE.test(type.trim()) && (charset === undefined || /^charset="?utf-?8"?$/.test(charset));
  if (!isJson) throw new AppError('unsupported_media_type', 'a request body is application/json in UTF-8');
}

function parseObject(bytes: unknown): object {
  if (!Buffer.isBuffer(bytes) || !isUtf8(bytes)) throw invalidBody();
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'), refusingProto);
  } catch {
    throw invalidBody();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidBody();
  return value;
}

/** No field or tag of ours has this name, and assigning it changes what an object is. */
function refusingProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw invalidBody();
  return value;
}

function invalidBody(): AppError {
  return new AppError('unprocessable', 'Invalid request body');
}
