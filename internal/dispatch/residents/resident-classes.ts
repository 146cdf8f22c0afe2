import { type ClassNode, hasRoom, type TimesOfFree } from '../lanes/class-tree.js';

/** The residents of a scheduling class. */
export interface ClassLoad {
  count: number;
  bytes: number;
}

export type ResidentClass = ClassNode<ClassLoad>;

/**
 * An origin that is alone may have two thirds of the places, a user with several origins three quarters, and a space
 * four fifths.
 */
const TIMES_OF_FREE: TimesOfFree = [4, 3, 2];

/** Adds to the load of a class and of every class around it. */
export function addTo(place: ResidentClass | undefined, count: number, bytes: number): void {
  for (let node = place; node; node = node.parent) {
    node.used.count += count;
    node.used.bytes += bytes;
  }
}

/** Number of deliveries that a class may take until it, or a class around it, is full. */
export function roomIn(place: ResidentClass, freeCount: number): number {
  let room = freeCount;
  for (let node = place; node.parent; node = node.parent) {
    const times = TIMES_OF_FREE[node.depth] ?? 0;
    // Each delivery that the class takes reduces the free places by one.
    room = Math.min(room, (times * freeCount - node.used.count) / (times + 1));
  }
  return Math.ceil(room);
}

/** Whether a class, or a class around it, may take no more deliveries or no more bytes. */
export function isClassFull(place: ResidentClass, freeCount: number, freeBytes: number): boolean {
  for (let node = place; node.parent; node = node.parent) {
    const times = TIMES_OF_FREE[node.depth] ?? 0;
    if (!hasRoom(node.used.count, freeCount, times) || !hasRoom(node.used.bytes, freeBytes, times)) return true;
  }
  return false;
}
