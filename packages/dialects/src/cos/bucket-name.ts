/** `name-appid`, as the naming conventions of "Bucket Overview" have it. */
export function isBucketName(name: string): boolean {
  return name.length <= LONGEST_NAME && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]+$/.test(name);
}

/** With the host around it the limit is the same, so that a bucket name alone is shorter in practice. */
export const LONGEST_NAME = 60;
