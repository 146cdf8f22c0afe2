import { z } from 'zod';
import { written } from './numbers.js';

const FURTHEST_PAGE = 1_000_000_000;

/** Bad values fall back, they are never refused. */
export const paging = {
  limit: written(z.int().min(1).max(100)).catch(10),
  page: written(z.int().min(1).max(FURTHEST_PAGE)).catch(1),
};

export const listOf = <Node extends z.ZodType>(node: Node) =>
  z.object({ total: z.int().min(0).describe('how many match, on all pages'), nodes: z.array(node) });
