/** The name of a version of a schema, such as `3`, `1.2.0` or `2026-01-31`. */
export const SCHEMA_VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
export const SCHEMA_VERSION_PROBLEM =
  'a version begins with a letter or digit, and has letters, digits, ".", "_" and "-"';
export const MAX_VERSION_LENGTH = 64;
