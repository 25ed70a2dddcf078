/**
 * Thrown for a file that is not restored: `none` is no backup, `other-version` one that this version does not read,
 * `damaged` one that is cut off or was changed.
 */
export class BackupError extends Error {
  readonly kind: 'none' | 'other-version' | 'damaged';
  constructor(kind: BackupError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
    this.kind = kind;
  }
}
