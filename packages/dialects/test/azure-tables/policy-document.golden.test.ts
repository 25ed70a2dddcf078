import { describe } from 'vitest';
import { azureTablesPolicyDocument } from '../../src/azure-tables/policy-document.ts';
import { holdAgainstGoldenFiles } from '../golden-policy-documents.ts';

describe('azureTablesPolicyDocument', () => {
  holdAgainstGoldenFiles('azure-tables', azureTablesPolicyDocument);
});
