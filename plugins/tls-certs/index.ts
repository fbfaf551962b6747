import { CertificateSource, definePlugin, FileWatch, type Logger, statesOf } from '../../core/index.ts';
import { CertificateStore } from './certificate-store.ts';
import { expiringAmong } from './expiry.ts';
import { options } from './options.ts';

const expiryCheckMs = 12 * 3_600_000;

/** Tells everybody who reads the log, until somebody has replaced them. */
function warnOfExpiry({ identities }: CertificateStore, withinDays: number, log: Logger): void {
  for (const { identity, days } of expiringAmong(identities, withinDays, Date.now())) {
    const { file, names } = identity;
    if (days < 0) log.error({ file, names }, 'certificate has expired');
    else log.warn({ file, names, days }, `certificate expires in ${days} days`);
  }
}

function readAgain(store: CertificateStore, log: Logger): void {
  for (const { file, problem, isKept } of store.reload())
    log.error(
      { file, problem },
      isKept ? 'certificate refused, the one before stays' : 'certificate refused',
    );
  log.info({ names: store.identities.flatMap(({ names }) => names) }, 'certificates read again');
}

async function watchFiles(store: CertificateStore, log: Logger, readAtMs: number): Promise<FileWatch> {
  const watch = new FileWatch(
    () => {
      const now = Date.now();
      readAgain(store, log);
      void statesOf(store.watchedPaths, now).then((states) => watch.follow(states));
    },
    (error) => log.error({ err: error }, 'certificates cannot be watched'),
  );
  await watch.follow(await statesOf(store.watchedPaths, readAtMs));
  return watch;
}

/** Certificates from files. */
export default definePlugin({
  name: 'tls-certs',
  options,
  setup(gateway, settings) {
    const { expiryWarningDays, watch } = settings;
    const readAtMs = Date.now();
    const store = new CertificateStore(settings);
    gateway.provide(CertificateSource, {
      find: (name) => store.find(name),
      fallback: () => store.fallback(),
    });
    gateway.gauge(
      { name: 'expiry_timestamp_seconds', help: 'When the certificate expires.', labels: ['certificate'] },
      (gauge) => {
        gauge.clear();
        for (const { names, expiresAtMs } of store.identities) gauge.of(names[0]!).value = expiresAtMs / 1000;
      },
    );
    const warn = (): void => warnOfExpiry(store, expiryWarningDays, gateway.log);
    gateway.onStart(async () => {
      warn();
      const timer = setInterval(warn, expiryCheckMs).unref();
      gateway.defer(() => clearInterval(timer));
      if (!watch) return;
      const files = await watchFiles(store, gateway.log, readAtMs);
      gateway.defer(() => files.close());
    });
  },
});
