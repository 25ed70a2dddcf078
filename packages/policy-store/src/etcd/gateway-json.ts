import type { EtcdRange } from './shared-records.ts';

/* The answers of etcd's JSON gateway, as far as they are used. It leaves out what is zero, false or empty, and writes 64-bit
 * numbers as text; keys and values are in base64. */

export interface KeyValue {
  readonly key: string;
  readonly value?: string;
  readonly mod_revision: string;
}

export interface RangeAnswer {
  readonly header: { readonly cluster_id?: string; readonly revision?: string };
  readonly kvs?: readonly KeyValue[];
  readonly more?: boolean;
}

export interface TxnAnswer {
  readonly header: { readonly revision: string };
  readonly succeeded?: boolean;
  readonly responses?: readonly { readonly response_range?: RangeAnswer }[];
}

export interface WatchAnswer {
  readonly error?: { readonly grpc_code?: number; readonly message?: string };
  readonly result?: {
    readonly header: { readonly revision?: string };
    readonly created?: boolean;
    readonly canceled?: boolean;
    readonly cancel_reason?: string;
    readonly compact_revision?: string;
    readonly fragment?: boolean;
    readonly events?: readonly { readonly type?: 'DELETE'; readonly kv: KeyValue }[];
  };
}

export function range({ key, end }: EtcdRange): { readonly key: string; readonly range_end?: string } {
  return { key: toBase64(key), ...(end !== undefined && { range_end: toBase64(end) }) };
}

export function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
