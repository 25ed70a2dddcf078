// The clients of the benchmark of proxies, in a process of their own: raw sockets that ask again as soon as they have an
// answer, and look at every byte of it. A message `{ port, size, connections, milliseconds }` begins a run; the answer is
// `{ answers, bytes, milliseconds }`, or `{ problem }` when an answer was not what it had to be.
import { once } from 'node:events';
import { connect } from 'node:net';

const HOST = 'bench-1250000000.cos.ap-guangzhou.myqcloud.com';
const EXPECTED = Buffer.alloc(1024 * 1024, 'x');
const END_OF_HEAD = Buffer.from('\r\n\r\n');

process.on('disconnect', () => process.exit());
process.on('message', run => {
  load(run).then(
    result => process.send(result),
    error => process.send({ problem: error.message }),
  );
});

async function load({ port, size, connections, milliseconds }) {
  const began = performance.now();
  const until = began + milliseconds;
  const counts = await Promise.all(Array.from({ length: connections }, () => keepAsking(port, size, until)));
  const answers = counts.reduce((sum, count) => sum + count, 0);
  return { answers, bytes: answers * size, milliseconds: performance.now() - began };
}

/** Asks over one connection until the time is over. The number of answers, each of which was right. */
async function keepAsking(port, size, until) {
  const socket = connect({ host: '127.0.0.1', port }).setNoDelay();
  await once(socket, 'connect');
  const request = Buffer.from(
    `GET /${size} HTTP/1.1\r\nHost: ${HOST}\r\nOrigin: https://app.example\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`,
  );
  return await new Promise((resolve, reject) => {
    let answers = 0;
    let head = Buffer.alloc(0);
    /** Bytes of the body that are still to come; undefined while the head is. */
    let left;
    const fail = problem => {
      socket.destroy();
      reject(new Error(problem));
    };
    const take = chunk => {
      let rest = chunk;
      if (left === undefined) {
        head = head.length === 0 ? rest : Buffer.concat([head, rest]);
        const end = head.indexOf(END_OF_HEAD);
        if (end === -1) return;
        const text = head.latin1Slice(0, end);
        if (!text.startsWith('HTTP/1.1 200 ') || !text.includes(`\r\nContent-Length: ${size}`)) {
          fail(`an answer began with ${text.slice(0, 200)}`);
          return;
        }
        rest = head.subarray(end + 4);
        head = Buffer.alloc(0);
        left = size;
      }
      if (rest.length > left) {
        fail('an answer was longer than it had to be');
        return;
      }
      for (let at = 0; at < rest.length; at += EXPECTED.length) {
        const part = rest.subarray(at, at + EXPECTED.length);
        if (part.compare(EXPECTED, 0, part.length) !== 0) {
          fail('an answer had a wrong byte');
          return;
        }
      }
      left -= rest.length;
      if (left > 0) return;
      left = undefined;
      answers += 1;
      if (performance.now() < until) socket.write(request);
      else {
        socket.removeAllListeners('close').destroy();
        resolve(answers);
      }
    };
    socket.on('data', take);
    socket.on('error', error => fail(error.message));
    socket.on('close', () => fail('a connection was closed'));
    socket.write(request);
  });
}
