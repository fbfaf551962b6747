import { Control, definePlugin, type PluginHost } from '../../core/index.ts';
import { Access } from './access.ts';
import { Failures } from './failures.ts';
import { InService } from './in-service.ts';
import { AdminListener } from './listener.ts';
import { mountAt } from './mount.ts';
import { mountOf, type Options, options } from './options.ts';
import { Router } from './router.ts';
import type { GatewayView } from './view.ts';

/** Undoes something when another configuration takes over, or this one is refused. */
function atEnd(gateway: PluginHost, end: () => void): void {
  gateway.onRetired(end);
  gateway.defer(end);
}

/** The gateway as the configuration in service sees it, which a request may outlast. */
function followViews(
  gateway: PluginHost,
  requiredUpstreams: readonly string[],
): () => GatewayView | undefined {
  const views = gateway.retain('views', () => new InService<GatewayView>());
  gateway.onStart(() => {
    const view = { control: gateway.use(Control)!, requiredUpstreams, use: gateway.use };
    views.enter(view);
    atEnd(gateway, () => views.leave(view));
  });
  return () => views.current;
}

function listenAt(gateway: PluginHost, host: string, port: number, router: Router): void {
  const listener = gateway.retain(
    `listener:${JSON.stringify([host, port])}`,
    () => new AdminListener(host, port, gateway.log),
    (retained) => retained.close(),
  );
  gateway.onStart(async () => {
    const { isNew } = await listener.enter(router);
    atEnd(gateway, () => listener.leave(router));
    if (isNew) gateway.log.info(listener.address, 'admin listening');
  });
}

function setUp(gateway: PluginHost, settings: Options): void {
  const { host, port, mount, requiredUpstreams } = settings;
  const unknown = requiredUpstreams.find((name) => !gateway.upstreams.has(name));
  if (unknown !== undefined) throw new Error(`There is no upstream ${JSON.stringify(unknown)} to require.`);
  const { log } = gateway;
  const failures = gateway.retain('failures', () => new Failures(performance.now.bind(performance)));
  const access = new Access(settings, failures, log);
  const router = new Router({ access, log, view: followViews(gateway, requiredUpstreams) });
  if (port !== false) listenAt(gateway, host, port, router);
  if (mount !== undefined) mountAt(gateway, mountOf(mount), (request) => router.answer(request));
}

export default definePlugin({ name: 'admin', options, setup: setUp });
