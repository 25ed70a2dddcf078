import type { Target } from '../target.ts';
import { COMMAND_TARGETS } from './command.ts';
import { DOCUMENT_TARGETS } from './documents.ts';
import { POLICY_TARGETS } from './policies.ts';
import { REQUEST_TARGETS } from './requests.ts';
import { STORED_TARGETS } from './stored.ts';

/** All that reads what strangers or users send, but for what a socket is needed for. */
export const TARGETS: readonly Target[] = [
  ...DOCUMENT_TARGETS,
  ...REQUEST_TARGETS,
  ...POLICY_TARGETS,
  ...COMMAND_TARGETS,
  ...STORED_TARGETS,
];
