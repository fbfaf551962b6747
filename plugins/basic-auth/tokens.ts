import { Slot } from '../../core/index.ts';

/** The user whose password a client sent. */
export const AuthenticatedUser = new Slot<string>('authenticated-user');
