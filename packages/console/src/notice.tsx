import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { type ApiResult, isOffline } from './api/admin-client.ts';
import { texts } from './texts.ts';

const notice = signal('');

/** Says what came of what somebody did, to eyes and to screen readers. The next one takes its place. */
export function announce(text: string): void {
  notice.value = text;
}

/** Says why something was not done. */
export function announceFailure(result: Exclude<ApiResult<unknown>, { readonly kind: 'ok' }>): void {
  announce(failureText(result));
}

export function failureText(result: Exclude<ApiResult<unknown>, { readonly kind: 'ok' }>): string {
  if (result.kind === 'offline') return texts.noAnswer;
  return result.status === 401 ? texts.access.notDone : texts.failed(result.message);
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
