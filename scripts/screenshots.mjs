// Writes docs/images: every page of the console, light and dark, wide and narrow, of a server with some tenants and traffic.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const { chromium } = await import('playwright-core');
const { openLog, readServeConfig, serve } = await import('../packages/server/dist/index.js');

const IMAGES = join(root, 'docs', 'images');
const WIDTHS = { wide: 1280, narrow: 480 };
const SHOTS = [
  ['light', 'wide'],
  ['dark', 'wide'],
  ['light', 'narrow'],
];

const POLICIES = {
  'cos/media-1250000000': {
    rules: [
      {
        id: 'site',
        allowedOrigins: ['https://www.example.com', 'https://*.example.com'],
        allowedMethods: ['GET', 'HEAD'],
        allowedHeaders: [],
        exposeHeaders: ['ETag'],
        maxAgeSeconds: 600,
      },
      {
        id: 'uploads',
        allowedOrigins: ['https://upload.example.com', 'http://localhost:5173'],
        allowedMethods: ['PUT', 'POST', 'GET'],
        allowedHeaders: ['authorization', 'content-type', 'x-cos-*'],
        exposeHeaders: ['ETag', 'x-cos-request-id'],
        maxAgeSeconds: 300,
      },
    ],
    vary: true,
  },
  'cos/reports-1250000000': {
    rules: [{ allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: ['*'], exposeHeaders: [] }],
  },
  'qingstor/photo-archive': {
    rules: [
      {
        allowedOrigins: ['https://*.gallery.example'],
        allowedMethods: ['GET', 'PUT'],
        allowedHeaders: ['x-qs-date', 'authorization'],
        exposeHeaders: [],
      },
    ],
  },
  'azure-tables/devstoreaccount1': {
    rules: [
      {
        allowedOrigins: ['https://portal.contoso.com'],
        allowedMethods: ['GET', 'MERGE', 'PUT'],
        allowedHeaders: ['x-ms-*', 'content-type', 'authorization', 'dataserviceversion'],
        exposeHeaders: ['x-ms-*'],
        maxAgeSeconds: 200,
      },
    ],
  },
  'boomi/account-123456': {
    rules: [
      { allowedOrigins: ['https://flow.example.com'], allowedMethods: ['GET', 'POST', 'DELETE'] },
      { allowedOrigins: ['https://partner.example.org:8443'], allowedMethods: ['GET'] },
    ].map(rule => ({ ...rule, allowedHeaders: [], exposeHeaders: [] })),
  },
};

const TRY =
  '#/cos/media-1250000000/try?origin=http%3A%2F%2Fwww.example.com&method=PUT&headers=Content-Type%3A+application%2Fjson&url=';

const ASKED = [
  ['https://www.example.com', 'GET'],
  ['https://shop.example.com', 'GET'],
  ['https://upload.example.com', 'PUT'],
  ['http://www.example.com', 'GET'],
  ['https://www.example.com', 'DELETE'],
  ['https://elsewhere.test', 'GET'],
];

const TOKEN = randomBytes(24).toString('base64url');

const data = mkdtempSync(join(tmpdir(), 'crossgate-images-'));
const { log, close: closeLog } = openLog('silent');
const server = await start('open', {});
const guarded = await start('guarded', { CROSSGATE_ADMIN_TOKEN: TOKEN });
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  await fill();
  mkdirSync(IMAGES, { recursive: true });
  for (const [scheme, width] of SHOTS) await shoot(scheme, width, WIDTHS[width]);
} finally {
  await browser.close();
  await server.close();
  await guarded.close();
  closeLog();
  rmSync(data, { recursive: true, force: true });
}

function start(name, environment) {
  const flags = { portBase: 0, dataDirectory: join(data, name), logLevel: 'silent' };
  const read = readServeConfig(flags, environment, undefined);
  if (read.kind === 'problem') throw new Error(read.message);
  return serve(read.config, log);
}

async function shoot(scheme, width, pixels) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width: pixels, height: 700 } });
  const page = await context.newPage();
  const images = {
    overview: () => page.goto(url('#/')),
    'rules-cos': async () => {
      await page.goto(url('#/cos/media-1250000000/rules'));
      await page
        .getByLabel('Allowed origins')
        .first()
        .fill('https://www.example.com\nhttps://*.*.example.com\nhttps://shop.example.com/cart');
      await page.getByText('Error:').first().waitFor();
    },
    'rules-save': async () => {
      await page
        .getByLabel('Allowed origins')
        .first()
        .fill('https://www.example.com\nhttps://shop.example.org');
      await page.getByText('Error:').first().waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Save…' }).click();
      await page.getByRole('heading', { name: 'What saving changes' }).waitFor();
    },
    'rules-boomi': () => page.goto(url('#/boomi/account-123456/rules')),
    'rules-azure-tables': () => page.goto(url('#/azure-tables/devstoreaccount1/rules')),
    try: () => page.goto(url(`${TRY}${encodeURIComponent(`${listener('cos')}/media-1250000000/hello.txt`)}`)),
    live: async () => {
      await page.goto(url('#/cos/media-1250000000/live'));
      await page.getByRole('img', { name: /^Preflights per second/ }).waitFor();
      for (let i = 0; i < 3; i++) {
        await traffic(20 + i * 10);
        await page.waitForResponse(/metrics/);
      }
    },
    history: async () => {
      await page.goto(url('#/cos/media-1250000000/history'));
      await page
        .getByRole('button', { name: /^Show revision/ })
        .last()
        .click();
    },
    'log-in': () => page.goto(`http://${guarded.adminAddress}/#/cos/media-1250000000/rules`),
    'logged-in': async () => {
      await logIn(page);
      await page
        .getByLabel('Allowed origins')
        .first()
        .fill('https://www.example.com\nhttps://shop.example.org');
      await page.getByText('1 warning').waitFor({ state: 'detached' });
    },
    'session-ended': async () => {
      await page.getByRole('button', { name: 'Save…' }).click();
      const cookies = await context.cookies();
      await context.clearCookies();
      await context.addCookies(cookies.map(cookie => ({ ...cookie, value: 'ended' })));
      await page.getByRole('button', { name: 'Save now' }).click();
      await page.getByRole('dialog').waitFor();
    },
  };
  for (const [name, open] of Object.entries(images)) {
    await open();
    await page.waitForLoadState('networkidle');
    // As high as the page is, so that what sticks to the lower edge is there.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: pixels, height: Math.max(height, 700) });
    await page.screenshot({ path: join(IMAGES, `console-${name}-${scheme}-${width}.png`) });
    await page.setViewportSize({ width: pixels, height: 700 });
  }
  await context.close();
}

async function logIn(page) {
  await page.getByLabel('Token').fill(TOKEN);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Logged in as').waitFor();
}

function url(hash) {
  return `http://${server.adminAddress}/${hash}`;
}

function listener(dialect) {
  return `http://${server.listeners.find(each => each.dialect === dialect).address}`;
}

async function fill() {
  for (const [tenant, policy] of Object.entries(POLICIES)) await put(`${tenant}/policy`, policy);
  const media = POLICIES['cos/media-1250000000'];
  await put('cos/media-1250000000/policy', { ...media, rules: media.rules.slice(0, 1) });
  await put('cos/media-1250000000/policy', media);
  await put('cos/media-1250000000/policy', media, guarded);
  const [, uploads] = media.rules;
  await put('cos/media-1250000000/candidate', { ...media, rules: [uploads] });
  await traffic(30);
}

async function put(path, policy, { adminAddress } = server) {
  const response = await fetch(`http://${adminAddress}/api/v1/tenants/${path}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(policy),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

async function traffic(count) {
  for (let i = 0; i < count; i++) {
    const [origin, method] = ASKED[(i * i) % ASKED.length];
    await preflight(`${listener('cos')}/media-1250000000/hello.txt`, origin, method);
  }
  await preflight(`${listener('boomi')}/api/rest/v1/account-123456/Atom`, 'https://old.example.com', 'POST');
}

function preflight(target, origin, method) {
  return new Promise((resolve, reject) => {
    const headers = { Origin: origin, 'Access-Control-Request-Method': method };
    request(target, { method: 'OPTIONS', headers }, response => response.resume().on('end', resolve))
      .on('error', reject)
      .end();
  });
}
