// Ends with 0 when a server on this machine answers with 200, for the health checks of containers. Arguments: the path,
// /healthz unless it is given, and the admin API, http://127.0.0.1:4000 unless it is given or in CROSSGATE_ADMIN.
import * as http from 'node:http';
import * as https from 'node:https';

const [path = '/healthz', admin = process.env.CROSSGATE_ADMIN ?? 'http://127.0.0.1:4000'] =
  process.argv.slice(2);
const url = new URL(path, admin);
const { get } = url.protocol === 'https:' ? https : http;
// Its certificate is for the names that clients use. This asks for no more than whether somebody answers.
const options = { timeout: 4000, rejectUnauthorized: false };

get(url, options, ({ statusCode }) => end(statusCode === 200, `${url} answers ${statusCode}`))
  .on('timeout', () => end(false, `${url} does not answer in time`))
  .on('error', error => end(false, error.message));

function end(isHealthy, message) {
  if (!isHealthy) process.stderr.write(`${message}\n`);
  process.exit(isHealthy ? 0 : 1);
}
