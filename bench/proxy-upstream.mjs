// An upstream for the benchmark of proxies: objects of the length that their names tell, every byte of them known.
import { createServer } from 'node:http';

const CHUNK = Buffer.alloc(64 * 1024, 'x');

createServer((request, response) => {
  const size = Number(request.url.slice(1));
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': size,
    ETag: '"00000000000000000000000000000000"',
    'Last-Modified': 'Fri, 20 Nov 2026 10:00:00 GMT',
    'Accept-Ranges': 'bytes',
    'x-cos-request-id': 'NWVjMTQ4NGJfNjhkMjM1MmFfMTU4M18xMTBj',
    Server: 'upstream',
  });
  if (size <= CHUNK.length) {
    response.end(CHUNK.subarray(0, size));
    return;
  }
  let left = size;
  const fill = () => {
    while (left > 0) {
      const part = left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left);
      left -= part.length;
      if (!response.write(part) && left > 0) {
        response.once('drain', fill);
        return;
      }
    }
    response.end();
  };
  fill();
}).listen(0, '127.0.0.1', function () {
  process.send(this.address().port);
});
process.on('disconnect', () => process.exit());
