import { type Backend, definePlugin } from 'hookway';
import { startOrigin, startTestGateway } from 'hookway/testing';
import loadBalance from 'hookway/plugins/load-balance';
import { expect, test } from 'vitest';

const failing = definePlugin({
  name: 'failing',
  setup() {
    throw new Error('no way');
  },
})();

test('a configuration that is refused makes a balancer forget nothing of backends that it does not have', async () => {
  await using a = await startOrigin({ body: 'a' });
  await using b = await startOrigin({ body: 'b' });
  const backends = [{ url: a.url, weight: 3 }, { url: b.url }];
  const balanced = loadBalance({ policy: 'round-robin' });
  await using gateway = await startTestGateway({ upstreams: { web: { backends } }, plugins: [balanced] });
  const next = async (): Promise<string> => (await gateway.fetch('/')).body;
  expect([await next(), await next()]).toEqual(['a', 'a']);
  const refused = { upstreams: { web: { backends: [a.url] } }, plugins: [balanced, failing] };
  await expect(gateway.reload(refused)).rejects.toThrow('no way');
  await gateway.reload({ upstreams: { web: { backends } }, plugins: [balanced] });
  expect([await next(), await next()]).toEqual(['b', 'a']);
});

test('without any backend that takes exchanges the answer is 503, with every policy', async () => {
  await using gateway = await startTestGateway({ plugins: [loadBalance({ policy: 'peak-ewma' })] });
  const { control } = gateway.gateway;
  const [{ name }] = control.upstreams.get('origin')!.backends as [Backend];
  await control.overrideBackend('origin', name, { isDraining: true });
  expect((await gateway.fetch('/')).status).toBe(503);
});
