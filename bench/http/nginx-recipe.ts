import { HEADERS, MAX_AGE_SECONDS, METHODS, ORIGINS } from './preflight.ts';

/** What people write by hand: a map of the origins, and headers that nginx leaves out where they are empty. */
export const NGINX_RECIPE: { readonly http: string; readonly server: string } = {
  http: `
  map $http_origin $cors_origin {
    default "";
${ORIGINS.map(origin => `    "${origin}" $http_origin;`).join('\n')}
  }
  map $cors_origin $cors_methods { "" ""; default "${METHODS.join(', ')}"; }
  map $cors_origin $cors_headers { "" ""; default "${HEADERS.join(', ')}"; }
  map $cors_origin $cors_age { "" ""; default "${MAX_AGE_SECONDS}"; }
  map $cors_origin $cors_credentials { "" ""; default "true"; }
  server_tokens off;`,
  server: `
    location / {
      if ($request_method = OPTIONS) {
        add_header Access-Control-Allow-Origin $cors_origin;
        add_header Access-Control-Allow-Methods $cors_methods;
        add_header Access-Control-Allow-Headers $cors_headers;
        add_header Access-Control-Allow-Credentials $cors_credentials;
        add_header Access-Control-Max-Age $cors_age;
        add_header Vary Origin;
        return 204;
      }
    }`,
};
