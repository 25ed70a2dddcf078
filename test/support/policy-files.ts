/** Policies in the forms of the services, for commands that read files. */
export const POLICY_FILES = {
  'cors.xml': `<CORSConfiguration>
  <CORSRule>
    <ID>site</ID>
    <AllowedOrigin>https://*.example.com</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>HEAD</AllowedMethod>
    <AllowedHeader>x-cos-*</AllowedHeader>
    <MaxAgeSeconds>600</MaxAgeSeconds>
  </CORSRule>
  <CORSRule>
    <AllowedOrigin>https://upload.example.org</AllowedOrigin>
    <AllowedMethod>PUT</AllowedMethod>
    <MaxAgeSeconds>600</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>
`,
  'wider.xml': `<CORSConfiguration>
  <CORSRule>
    <ID>site</ID>
    <AllowedOrigin>https://*.example.com</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>HEAD</AllowedMethod>
    <AllowedHeader>x-cos-*</AllowedHeader>
    <MaxAgeSeconds>600</MaxAgeSeconds>
  </CORSRule>
  <CORSRule>
    <AllowedOrigin>https://upload.example.org</AllowedOrigin>
    <AllowedMethod>PUT</AllowedMethod>
    <AllowedMethod>POST</AllowedMethod>
    <MaxAgeSeconds>600</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>
`,
  'narrower.xml': `<CORSConfiguration>
  <CORSRule>
    <AllowedOrigin>https://*.example.com</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod>
    <AllowedMethod>HEAD</AllowedMethod>
    <AllowedHeader>x-cos-*</AllowedHeader>
    <MaxAgeSeconds>60</MaxAgeSeconds>
  </CORSRule>
</CORSConfiguration>
`,
  'cors.json':
    '{"cors_rules":[{"allowed_origin":"https://a.com","allowed_methods":["GET","PUT"],"allowed_headers":["x-a"]}]}\n',
  'properties.xml': `<?xml version="1.0" encoding="utf-8"?>
<StorageServiceProperties>
  <Cors>
    <CorsRule>
      <AllowedOrigins>https://a.com,https://*.b.com</AllowedOrigins>
      <AllowedMethods>GET,PUT</AllowedMethods>
      <AllowedHeaders>x-ms-meta-*</AllowedHeaders>
      <ExposedHeaders>etag</ExposedHeaders>
      <MaxAgeInSeconds>60</MaxAgeInSeconds>
    </CorsRule>
  </Cors>
</StorageServiceProperties>
`,
  'policy.json': `{
  "rules": [
    { "allowedOrigins": ["https://a.com"], "allowedMethods": ["GET", "POST"], "allowedHeaders": [], "exposeHeaders": [] }
  ]
}
`,
} as const;
