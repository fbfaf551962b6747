import { CertificateSource, definePlugin, type PluginEntry, type ServerCertificate } from 'hookway';

type Certificates = Readonly<Record<string, ServerCertificate>>;

/** Provides certificates by exact name; `*` is the fallback. */
export function certificates(given: () => Certificates): PluginEntry {
  return definePlugin({
    name: 'test-certificates',
    setup: ({ provide }) => {
      provide(CertificateSource, { find: (name) => given()[name], fallback: () => given()['*'] });
    },
  })();
}
