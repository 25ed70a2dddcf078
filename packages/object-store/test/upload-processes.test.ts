import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openObjectStore, type PartName, type Upload, type UploadCompletion } from '../src/index.ts';
import { expectWhole, start } from './child-process.ts';
import { begin, filesIn, get, md5, newStore, put, putPart } from './support.ts';

interface Completing {
  readonly upload: Upload;
  readonly parts: readonly PartName[];
  readonly completion: UploadCompletion;
}

describe('uploads that several processes use', () => {
  it('are completed once, by one of them', async () => {
    const { store, directory } = await newStore();
    const uploads: Completing[] = [];
    for (let count = 0; count < 30; count++) {
      const upload = await begin(store, `k${count % 10}`);
      const parts = await Promise.all([1, 2, 3].map(number => putPart(store, upload, number, `${number}`)));
      uploads.push({ upload, parts, completion: { etag: md5('123') } });
    }
    const completers = [start('complete-these', directory), start('complete-these', directory)];
    const ends = Promise.all(completers.map(completer => once(completer, 'exit')));
    await Promise.all(completers.map(completer => once(completer, 'message')));
    const answers = await Promise.all(
      completers.map(async completer => {
        const answer = once(completer, 'message');
        completer.send(uploads);
        return (await answer)[0] as string[];
      }),
    );
    for (const index of uploads.keys())
      expect(answers.map(kinds => kinds[index]).sort()).toEqual(['committed', 'no-such-upload']);
    await ends;
    for (let key = 0; key < 10; key++) await expectWhole(await get(store, `k${key}`));
    expect(store.listUploads('b', { limit: 1 }).uploads).toEqual([]);
    expect(await filesIn(directory, 'objects')).toHaveLength(30);
  });

  it('show readers one whole version of an object that two processes replace', async () => {
    const { store, directory } = await newStore();
    await put(store, 'k', 'first');
    const writers = ['write-one-key-in-parts', 'write-one-key-in-parts'].map(job => start(job, directory));
    let ended = false;
    const codes = Promise.all(writers.map(writer => once(writer, 'exit'))).then(exits => {
      ended = true;
      return exits.map(([code]) => code as unknown);
    });
    const seen = new Set<string>();
    const reader = async () => {
      while (!ended) {
        const read = await get(store, 'k');
        await expectWhole(read);
        if (read) seen.add(read.object.etag);
      }
    };
    await Promise.all([reader(), reader(), reader()]);
    expect(await codes).toEqual([0, 0]);
    expect(seen.size).toBeGreaterThan(10);
    expect(await filesIn(directory, 'objects')).toHaveLength(1);
    expect(await filesIn(directory, 'holds')).toEqual([]);
  });
});

describe('a store whose process is killed while it completes an upload', () => {
  it('has the whole object, or the upload still, and nothing besides once it is swept', async () => {
    const { store: first, directory } = await newStore();
    await first.close();
    for (let round = 0; round < 12; round++) {
      const writer = start('complete-until-killed', directory);
      let last: Completing | undefined;
      let acknowledged: Completing | undefined;
      let announced = 0;
      writer.on('message', (message: ({ kind: 'completing' } & Completing) | { kind: 'completed' }) => {
        if (message.kind === 'completed') acknowledged = last;
        else {
          last = message;
          // At another moment of the second completion each time: the first object is replaced by it.
          if (++announced === 2) void sleep(round).then(() => writer.kill('SIGKILL'));
        }
      });
      const [exit] = await Promise.all([once(writer, 'exit'), once(writer, 'disconnect')]);
      expect(exit).toEqual([null, 'SIGKILL']);
      if (!last || !acknowledged) throw new Error('killed too early');

      const store = await openObjectStore({ directory, sweep: true });
      const read = await get(store, 'k');
      await expectWhole(read);
      const { uploads } = store.listUploads('b', { limit: 10 });
      const parts = uploads.flatMap(upload => store.listParts(upload, { limit: 100 }) ?? []);
      expect(await filesIn(directory, 'objects')).toHaveLength(24 + parts.length);
      expect(await filesIn(directory, 'staging')).toEqual([]);

      if (store.upload(last.upload)) {
        expect(read?.object.etag).toBe(acknowledged.completion.etag);
        expect(parts).toHaveLength(25);
        const { kind } = await store.completeUpload(last.upload, last.parts, last.completion);
        expect(kind).toBe('committed');
        await expectWhole(await get(store, 'k'));
        expect(store.head('b', 'k')?.etag).toBe(last.completion.etag);
      } else if (uploads.length === 0) expect(read?.object.etag).toBe(last.completion.etag);
      for (const upload of uploads) await store.abortUpload(upload);
      expect(await filesIn(directory, 'objects')).toHaveLength(24);
      await store.close();
    }
  });
});
