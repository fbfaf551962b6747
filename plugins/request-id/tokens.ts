import { Slot } from '../../core/index.ts';

/** Identifier of the request: the one in the header field, on its way to backends, clients and logs. */
export const RequestId = new Slot<string>('request-id');
