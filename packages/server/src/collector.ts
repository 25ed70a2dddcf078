import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from making in the old generation what it has seen to live for long. A process that fills its cache with
 * policies lives by them for a while; where most tenants are asked for once, all that is made of their policies would be
 * promoted from then on, only to die there. For a process that serves, before it does.
 */
export function keepGarbageYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
