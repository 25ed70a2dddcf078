/** A thread that sends one preflight after the other on a connection of its own, and measures each. */
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { host, port, hostHeader } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const headers = { Host: hostHeader, Origin: 'https://a.test', 'Access-Control-Request-Method': 'GET' };
/** Also when the attack is over sooner. */
const LEAST = 20;
const measured = [];
let isOver = false;

parentPort.on('message', () => {
  isOver = true;
});

function preflight() {
  const began = performance.now();
  const finish = answer => {
    measured.push([answer, performance.now() - began]);
    if (measured.length === 1) parentPort.postMessage('begun');
    if (!isOver || measured.length < LEAST) setTimeout(preflight, 1);
    else {
      agent.destroy();
      parentPort.postMessage(measured);
      parentPort.close();
    }
  };
  request({ host, port, agent, method: 'OPTIONS', path: '/a', headers, setHost: false }, response => {
    response.resume().once('end', () => finish(response.headers['access-control-allow-origin']));
  })
    .on('error', error => finish(error.message))
    .end();
}

preflight();
