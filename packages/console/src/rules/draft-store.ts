import type { Policy } from '@crossgate/core';
import { type Signal, signal } from '@preact/signals';
import { getPolicy, type TenantKey } from '../api/admin-api.ts';
import { keyText } from '../tenants/tenants-state.ts';
import { type Draft, draftOf, policyOf, samePolicy } from './draft.ts';

/** What is edited of one tenant, and what it started from. */
export interface Editing {
  /** Of `base`; null where the tenant has no policy. */
  readonly revision: number | null;
  /** The stored policy when editing began; without rules where there was none. */
  readonly base: Policy;
  readonly draft: Draft;
}

export type EditingState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | ({ readonly kind: 'editing' } & Editing);

const NO_POLICY: Policy = { rules: [] };

const states = new Map<string, Signal<EditingState>>();

/** The one editing of a tenant: all its pages see it, and it outlives them. */
export function editingOf(key: TenantKey): Signal<EditingState> {
  const name = keyText(key);
  let state = states.get(name);
  if (!state) {
    const kept = restored(name);
    state = signal<EditingState>(kept ? { kind: 'editing', ...kept } : { kind: 'loading' });
    states.set(name, state);
    state.subscribe(value => keep(name, value));
  }
  return state;
}

export function isChanged({ base, draft }: Editing): boolean {
  return !samePolicy(base, policyOf(draft));
}

/** Loads what is stored, unless something of it is being edited. */
export async function openEditing(key: TenantKey): Promise<void> {
  const state = editingOf(key);
  const before = state.value;
  if (before.kind === 'editing' && isChanged(before)) return;
  const found = await getPolicy(key);
  const now = state.value;
  if (now !== before && now.kind === 'editing') return;
  if (found.kind === 'ok') {
    const base = found.value.policy ?? NO_POLICY;
    if (now.kind === 'editing' && now.revision === found.value.revision) return;
    state.value = { kind: 'editing', revision: found.value.revision, base, draft: draftOf(base) };
  } else if (found.kind === 'problem' && found.code === 'policy-absent') {
    if (now.kind === 'editing' && now.revision === null) return;
    state.value = { kind: 'editing', revision: null, base: NO_POLICY, draft: draftOf(NO_POLICY) };
  } else if (found.kind === 'problem' && now.kind !== 'editing') {
    state.value = { kind: 'failed', message: found.message };
  }
}

/** Starts over from what is stored now. */
export function restart(key: TenantKey, revision: number | null, base: Policy | null): void {
  const policy = base ?? NO_POLICY;
  editingOf(key).value = { kind: 'editing', revision, base: policy, draft: draftOf(policy) };
}

/** Goes on with the same draft, over another stored policy. */
export function rebase(key: TenantKey, revision: number | null, base: Policy | null): void {
  const state = editingOf(key);
  if (state.value.kind === 'editing') state.value = { ...state.value, revision, base: base ?? NO_POLICY };
}

export function edit(key: TenantKey, change: (draft: Draft) => Draft): void {
  const state = editingOf(key);
  if (state.value.kind === 'editing') state.value = { ...state.value, draft: change(state.value.draft) };
}

/** A page that is loaded anew, by mistake or to log in, has what was typed. */
function keep(name: string, state: EditingState): void {
  try {
    if (state.kind === 'editing' && isChanged(state)) {
      const { revision, base, draft } = state;
      sessionStorage.setItem(`draft ${name}`, JSON.stringify({ revision, base, draft }));
    } else if (state.kind === 'editing') {
      sessionStorage.removeItem(`draft ${name}`);
    }
  } catch {
    // No storage, or none left: then it is kept in memory alone.
  }
}

function restored(name: string): Editing | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(`draft ${name}`) ?? 'null') as Editing | null;
    if (!kept) return undefined;
    // Keys are counted anew in every page.
    const keys = draftOf(policyOf(kept.draft)).rules.map(({ key }) => key);
    const rules = kept.draft.rules.map((rule, i) => ({ ...rule, key: keys[i] ?? rule.key }));
    return { ...kept, draft: { ...kept.draft, rules } };
  } catch {
    return undefined;
  }
}
