import type { Policy } from '@crossgate/core';
import type { RawRequest } from '../harness/raw-answer.ts';
import { signedForCos } from '../servers/cos-request.ts';

/** Writers do not get in each other's way: each write is of the next tenant. */
const TENANTS = 64;

export const BUCKETS: readonly string[] = Array.from({ length: TENANTS }, (_, n) => `bench${n}-1250000000`);

export const POLICY: Policy = {
  rules: [
    {
      id: 'site',
      allowedOrigins: ['https://app.example.com', 'https://*.preview.example.com'],
      allowedMethods: ['GET', 'PUT', 'POST'],
      allowedHeaders: ['authorization', 'content-type', 'x-cos-*'],
      exposeHeaders: ['ETag'],
      maxAgeSeconds: 600,
    },
  ],
};

/** The same as the document of COS. */
const DOCUMENT = `<CORSConfiguration><CORSRule><ID>site</ID><AllowedOrigin>https://app.example.com</AllowedOrigin><AllowedOrigin>https://*.preview.example.com</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod><AllowedHeader>authorization</AllowedHeader><AllowedHeader>content-type</AllowedHeader><AllowedHeader>x-cos-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule></CORSConfiguration>`;

/** PUT Bucket cors. */
export function putCors(bucket: string, document: string = DOCUMENT): RawRequest {
  const path = '/?cors';
  return {
    method: 'PUT',
    path,
    headers: { ...signedForCos(bucket, 'PUT', path), 'Content-Type': 'application/xml' },
    body: document,
  };
}

/** A document that lets in one origin. */
export function documentFor(origin: string): string {
  return DOCUMENT.replace('https://app.example.com', origin);
}
