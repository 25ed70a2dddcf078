import type { Profile } from '@crossgate/core';
import { azureTablesProfile, boomiProfile, cosProfile, qingstorProfile } from '../src/index.ts';
import { type Alphabet, anywhereOrigin, hostOrigin, subdomainOrigin } from './arbitraries.ts';
import { azureTablesOracle, boomiOracle, cosOracle, type Oracle, qingstorOracle } from './oracle.ts';

/** A reading of policies, what it is compared with, and what its random policies are made of. */
export interface Service {
  readonly name: string;
  readonly profile: Profile;
  readonly oracle: Oracle;
  readonly alphabet: Alphabet;
}

const anywhere: Alphabet = {
  origin: anywhereOrigin,
  methods: ['GET', 'PUT', 'DELETE', 'HEAD'],
  headers: ['x-a', 'X-Ab', 'b', '*', 'x-*', '*b', 'a*a', 'x-k', 'ETag'],
  exposed: ['ETag', 'x-a'],
  hasMaxAge: true,
  hasVary: true,
  listsMethods: false,
};
const listing: Alphabet = { ...anywhere, methods: [...anywhere.methods, '*'], listsMethods: true };

export const services: readonly Service[] = [
  { name: 'cos', profile: cosProfile, oracle: cosOracle, alphabet: anywhere },
  { name: 'qingstor', profile: qingstorProfile, oracle: qingstorOracle('refuse'), alphabet: listing },
  {
    name: 'qingstor that filters',
    profile: { ...qingstorProfile, headers: { ...qingstorProfile.headers, unlisted: 'filter' } },
    oracle: qingstorOracle('filter'),
    alphabet: listing,
  },
  {
    name: 'azure-tables',
    profile: azureTablesProfile,
    oracle: azureTablesOracle,
    alphabet: {
      origin: subdomainOrigin,
      methods: ['GET', 'PUT', 'HEAD', 'MERGE'],
      headers: ['x-a', 'X-Ab', '*', 'x-*', 'x-k', 'ETag'],
      exposed: ['*', 'x-*', 'etag', 'X-C', 'date', 'Content-*'],
      hasMaxAge: true,
      hasVary: false,
      listsMethods: false,
    },
  },
  {
    name: 'boomi',
    profile: boomiProfile,
    oracle: boomiOracle,
    alphabet: {
      origin: hostOrigin,
      methods: ['GET', 'POST', 'DELETE'],
      headers: [],
      exposed: [],
      hasMaxAge: false,
      hasVary: false,
      listsMethods: false,
    },
  },
];
