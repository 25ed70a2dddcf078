/** The configuration of the documentation's own example ("PUT Bucket cors"), which its answers to preflights assume. */
const EXPOSED = `<ExposeHeader>Content-Length</ExposeHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-cos-meta-author</ExposeHeader>`;

const SSE = 'x-cos-server-side-encryption-customer';

/** `further` is one more origin of the second rule. */
export function documentedRules(further?: string): string {
  const origins = ['https://example.com', 'https://example.net', ...(further === undefined ? [] : [further])];
  return `
  <CORSRule>
    <AllowedOrigin>*</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>HEAD</AllowedMethod>
    <AllowedHeader>Range</AllowedHeader>
    <AllowedHeader>${SSE}-algorithm</AllowedHeader>
    <AllowedHeader>${SSE}-key</AllowedHeader>
    <AllowedHeader>${SSE}-key-MD5</AllowedHeader>
    ${EXPOSED}
    <MaxAgeSeconds>600</MaxAgeSeconds>
  </CORSRule>
  <CORSRule>
    <ID>example-id</ID>
    ${origins.map(origin => `<AllowedOrigin>${origin}</AllowedOrigin>`).join('\n    ')}
    <AllowedMethod>PUT</AllowedMethod>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>POST</AllowedMethod>
    <AllowedMethod>DELETE</AllowedMethod>
    <AllowedMethod>HEAD</AllowedMethod>
    <AllowedHeader>*</AllowedHeader>
    ${EXPOSED}
    <MaxAgeSeconds>600</MaxAgeSeconds>
  </CORSRule>
`;
}
