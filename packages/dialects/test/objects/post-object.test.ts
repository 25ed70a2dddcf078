import type { ObjectStore } from '@crossgate/object-store';
import { describe, expect, it } from 'vitest';
import type { ServiceError } from '../../src/exchange.ts';
import type { DataCall } from '../../src/objects/data-call.ts';
import { postObject } from '../../src/objects/post-object.ts';
import type { PostPolicy } from '../../src/objects/post-policy.ts';
import { qingstorConventions } from '../../src/qingstor/conventions.ts';
import { qingstorDialect } from '../../src/qingstor/dialect.ts';
import { FORM_TYPE, formOf, newDataService } from '../data-service.ts';
import { held } from '../held-credentials.ts';
import { exchangeOf } from '../qingstor/qingstor-exchange.ts';

const BUCKET = 'mybucket';
const LARGE = formOf({ key: 'k' }, 'x'.repeat(2_000_000));

class Gone extends Error {}

/** A body that counts what is taken of it, and that may fail where it ends. */
function bodyOf(text: string, error?: Error) {
  const state = { takenBytes: 0, released: false };
  async function* stream(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text, 'utf8');
    try {
      for (let i = 0; i < bytes.length; i += 10_000) {
        state.takenBytes = i;
        yield bytes.subarray(i, i + 10_000);
      }
      if (error) throw error;
    } finally {
      state.released = true;
    }
  }
  const body = { lengthBytes: undefined, stream, read: async () => new Uint8Array() };
  return { state, body };
}

async function newObjects(): Promise<ObjectStore> {
  const { objects, createBucket } = await newDataService(qingstorDialect);
  await createBucket(BUCKET);
  return objects;
}

function post(
  objects: ObjectStore,
  { body }: ReturnType<typeof bodyOf>,
  permission: PostPolicy | ServiceError,
) {
  const exchange = exchangeOf({
    method: 'POST',
    target: `/${BUCKET}`,
    headers: [['Content-Type', FORM_TYPE]],
  });
  const call: DataCall = {
    exchange,
    authorization: { kind: 'anonymous' },
    body,
    credentials: held(),
    roleProblem: () => undefined,
    services: { objects, deletePolicy: async () => {} },
  };
  return postObject(call, qingstorConventions, () => permission);
}

async function released({ state }: ReturnType<typeof bodyOf>): Promise<number> {
  while (!state.released) await new Promise(resolve => setImmediate(resolve));
  return state.takenBytes;
}

const REFUSAL: ServiceError = { status: 403, code: 'refused', message: 'No.' };

describe('postObject', () => {
  it('lets go of the body of a form that is refused, most of its file not taken', async () => {
    const objects = await newObjects();
    const sent = bodyOf(LARGE);
    expect(await post(objects, sent, REFUSAL)).toEqual(REFUSAL);
    expect(await released(sent)).toBeLessThan(1_000_000);
  });

  it('lets go of the body of a file that is too large, as soon as it is', async () => {
    const objects = await newObjects();
    const sent = bodyOf(LARGE);
    const result = await post(objects, sent, { lengthRange: { min: 0, max: 10 } });
    expect(result).toMatchObject({ code: 'entity_too_large' });
    expect(await released(sent)).toBeLessThan(1_000_000);
    expect(objects.head(BUCKET, 'k')).toBeUndefined();
  });

  it('throws what the body throws, and stores nothing', async () => {
    const objects = await newObjects();
    const sent = bodyOf(LARGE.slice(0, -20), new Gone('gone'));
    await expect(post(objects, sent, { lengthRange: undefined })).rejects.toThrow(Gone);
    expect(objects.head(BUCKET, 'k')).toBeUndefined();
  });

  it('outlives a body that fails after the form was refused', async () => {
    const objects = await newObjects();
    const sent = bodyOf(formOf({ key: 'k' }, 'x').slice(0, -8), new Gone('gone'));
    expect(await post(objects, sent, REFUSAL)).toEqual(REFUSAL);
    await released(sent);
  });
});
