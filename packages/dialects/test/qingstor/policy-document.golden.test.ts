import { describe } from 'vitest';
import { qingstorPolicyDocument } from '../../src/qingstor/policy-document.ts';
import { holdAgainstGoldenFiles } from '../golden-policy-documents.ts';

describe('qingstorPolicyDocument', () => {
  holdAgainstGoldenFiles('qingstor', qingstorPolicyDocument);
});
