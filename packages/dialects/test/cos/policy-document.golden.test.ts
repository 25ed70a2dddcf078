import { describe } from 'vitest';
import { cosPolicyDocument } from '../../src/cos/policy-document.ts';
import { holdAgainstGoldenFiles } from '../golden-policy-documents.ts';

describe('cosPolicyDocument', () => {
  holdAgainstGoldenFiles('cos', cosPolicyDocument);
});
