import { nodeServerPeer } from './node-server.ts';

const packages = ['fastify', '@fastify/http-proxy'];

export const fastifyHttpProxy = nodeServerPeer('@fastify/http-proxy', packages, 'fastify-http-proxy.mjs');
