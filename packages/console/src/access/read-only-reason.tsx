import type { JSX } from 'preact';
import { texts } from '../texts.ts';
import { canChange, session } from './access-state.ts';

/** Why there is nothing to save with, where the role is not enough. */
export function ReadOnlyReason(): JSX.Element | null {
  return canChange.value ? null : <p class="banner">{texts.access.readOnly(session.value?.name ?? '')}</p>;
}
