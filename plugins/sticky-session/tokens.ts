import { type Backend, Slot } from '../../core/index.ts';

/** The backend that the exchange goes to because the client's session is there; not set for others. */
export const StickyBackend = new Slot<Backend | undefined>('sticky-backend');
