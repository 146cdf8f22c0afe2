/** The import cannot be done as it was asked for. The message says why, and what can be done. */
export class ImportRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImportRefused';
  }
}
