/** PUT Bucket, naming: 6 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{4,61}[a-z0-9]$/.test(name);
}
