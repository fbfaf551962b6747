// Checked by the compiler only: slots and services keep the type of what they hold.
import { type Exchange, type PluginHost, Service, Slot } from 'hookway';
import { type Equal, expectType } from './equal.ts';

interface User {
  readonly name: string;
}

const CurrentUser = new Slot<User>('user');
const Count = new Slot<number>('count');

export function useSlots(exchange: Exchange): void {
  const user = exchange.get(CurrentUser);
  expectType<Equal<typeof user, User | undefined>>();
  exchange.set(CurrentUser, { name: 'Ada' });
  exchange.set(Count, 1);
  // @ts-expect-error a user has a name
  exchange.set(CurrentUser, {});
  // @ts-expect-error a count is a number
  exchange.set(Count, '1');
  // @ts-expect-error a user is no number
  exchange.set(Count, exchange.get(CurrentUser)!);
  // @ts-expect-error a slot is a token, not a name
  exchange.get('user');
}

interface Cache {
  find(key: string): Buffer | undefined;
}

const SharedCache = new Service<Cache>('cache');

export function useServices(gateway: PluginHost): void {
  const cache = gateway.use(SharedCache);
  expectType<Equal<typeof cache, Cache | undefined>>();
  gateway.provide(SharedCache, { find: () => undefined });
  // @ts-expect-error a cache finds bytes
  gateway.provide(SharedCache, { find: () => 'text' });
  // @ts-expect-error a service is a token, not a name
  gateway.use('cache');
}

export function useRetained(gateway: PluginHost): void {
  const counts = gateway.retain(
    'counts',
    () => new Map<string, number>(),
    (map) => map.clear(),
  );
  expectType<Equal<typeof counts, Map<string, number>>>();
}
