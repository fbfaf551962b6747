import { nodeServerPeer } from './node-server.ts';

export const httpProxy3 = nodeServerPeer('http-proxy-3', ['http-proxy-3'], 'http-proxy-3.mjs');
