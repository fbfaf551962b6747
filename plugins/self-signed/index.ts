import { isIP } from 'node:net';
import { z } from 'zod';
import { CertificateSource, definePlugin } from '../../core/index.ts';
import type { Authority } from '../../pki/index.ts';
import { provideAuthority } from './authority.ts';
import { LeafCertificates } from './leaf-certificates.ts';
import { NameList, namePattern } from './names.ts';
import { StateDirectory } from './state-directory.ts';

const name = z
  .string()
  .refine(
    (text) => namePattern.test(text) || isIP(text) !== 0,
    'must be a host name, one that begins with "*.", or an address',
  );

const options = z.strictObject({
  names: z
    .array(name)
    .min(1)
    .default(['localhost', '*.localhost', '127.0.0.1', '::1'])
    .describe('Names and addresses to make certificates for; `*.dev.test` is every name below.'),
  stateDirectory: z.string().min(1).default('.hookway').describe('Folder that keeps the authority.'),
  days: z.int().min(1).max(398).default(30).describe('How long a certificate is valid.'),
});

/** Certificates from an authority of its own, for development and for inside. */
export default definePlugin({
  name: 'self-signed',
  options,
  async setup(gateway, { names, stateDirectory, days }) {
    const list = new NameList(names);
    const state = new StateDirectory(stateDirectory);
    const leaves = gateway.retain(`leaves:${days}`, () => new LeafCertificates(days, Date.now));
    let authority: Authority | undefined = await state.read();
    const make = (wanted: readonly string[]) =>
      authority === undefined || wanted.length === 0 ? undefined : leaves.of(wanted, authority);
    gateway.provide(CertificateSource, {
      find: (asked) => (list.includes(asked) ? make([asked]) : undefined),
      fallback: () => make(list.plain),
    });
    gateway.onStart(async () => {
      const provided = await provideAuthority(state, days, Date.now());
      authority = provided.authority;
      const what = provided.isNew ? 'an authority was made' : 'certificates come from the authority';
      gateway.log.info({ trust: state.certFile, names }, what);
    });
  },
});
