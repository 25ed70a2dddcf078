/**
 * Thrown by a store that cannot do now what it was asked; trying again later may help. A write that ends so is not
 * acknowledged: it may have happened all the same, once, and `get` tells in time.
 */
export class PolicyStoreUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PolicyStoreUnavailableError';
  }
}
