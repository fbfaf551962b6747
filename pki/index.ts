// Certificates for plugins that need them; what can be done with node:crypto alone is done with it.
export { type Authority, createAuthority, issueCertificate } from './issue.ts';
export { readPkcs12 } from './pkcs12.ts';
