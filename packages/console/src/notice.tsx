import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { isOffline } from './api/admin-client.ts';
import { texts } from './texts.ts';

const notice = signal('');

/** Says what came of what somebody did, to eyes and to screen readers. The next one takes its place. */
export function announce(text: string): void {
  notice.value = text;
}

/** Always there, so that screen readers notice what comes into it. */
export function Notices(): JSX.Element {
  return (
    <div class="notices">
      <div role="alert">{isOffline.value && <p class="banner bad">{texts.offline}</p>}</div>
      <div role="status">{notice.value !== '' && <p class="banner">{notice.value}</p>}</div>
    </div>
  );
}
