/** How each service matches and answers, without its wire format: all that the engine needs, also in a browser. */
export { azureTablesProfile } from './azure-tables/profile.ts';
export { boomiProfile } from './boomi/profile.ts';
export { cosProfile } from './cos/profile.ts';
export { qingstorProfile } from './qingstor/profile.ts';
