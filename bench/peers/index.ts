import { fastifyHttpProxy } from './fastify-http-proxy.ts';
import { haproxy } from './haproxy.ts';
import { hookway } from './hookway.ts';
import { httpProxy3 } from './http-proxy-3.ts';
import { nginx } from './nginx.ts';
import { nodeTls } from './node-tls.ts';
import type { Peer } from './peer.ts';

export const allPeers: readonly Peer[] = [hookway, nginx, haproxy, httpProxy3, fastifyHttpProxy];

/** All that `--peers` may name. */
export const namedPeers: readonly Peer[] = [...allPeers, nodeTls];
