export { base32hex } from './base32hex.js';
